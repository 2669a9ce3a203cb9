import type { Type } from 'avsc'
import { IntType } from './int-type.js'
import { LongType } from './long-type.js'
import { cutOff } from './refusal.js'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'

const unitsOf = { 'time-millis': 86_400_000, 'time-micros': 86_400_000_000 } as const

/** Times of day as a number of milli- or microseconds since midnight, which JavaScript's numbers hold exactly. */
export class TimeType extends ScalarType<number> {
  private readonly end: number

  constructor(readonly unit: keyof typeof unitsOf) {
    super(unit === 'time-millis' ? 'int' : 'long', `${unit === 'time-millis' ? 'milli' : 'micro'}seconds since midnight`)
    this.end = unitsOf[unit]
  }

  _read(tap: Tap): number {
    const value = tap.readLong()
    if (!(value >= 0 && value < this.end)) throw tap.pos > tap.buf.length ? cutOff(tap) : this.damaged()
    return value
  }

  _write(tap: Tap, value: unknown): void {
    if (!this.fits(value)) throw this.unfit()
    tap.writeLong(value)
  }

  _skip(tap: Tap): void {
    tap.skipLong()
  }

  /** Times in another unit cannot be read: they would be off by a thousand. */
  _update(resolver: Resolver, writer: Type): void {
    const plain = writer instanceof IntType || (this.typeName === 'long' && writer instanceof LongType && !writer.logicalType)
    if (plain || (writer instanceof TimeType && writer.unit === this.unit)) resolver._read = tap => this._read(tap)
  }

  fromDefault(json: unknown): number {
    if (!this.fits(json)) throw this.unfit()
    return json
  }

  private fits(value: unknown): value is number {
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < this.end
  }
}
