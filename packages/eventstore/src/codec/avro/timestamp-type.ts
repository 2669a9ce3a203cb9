import type { Type } from 'avsc'
import { LongType } from './long-type.js'
import { ScalarType } from './scalar-type.js'
import type { AvroType, Resolver, Tap } from './tap.js'
import { narrow, readWide, writeWide } from './wide-long.js'

/** Points in time (timestamp-millis) as Date. */
export class TimestampType extends ScalarType<Date> {
  constructor() {
    super('long', 'a valid Date')
  }

  _read(tap: Tap): Date {
    const start = tap.pos
    const time = tap.readLong()
    if (time > -narrow && time < narrow) return new Date(time)
    tap.pos = start
    return this.dateOf(Number(readWide(tap)))
  }

  _write(tap: Tap, value: unknown): void {
    const time = value instanceof Date ? value.getTime() : Number.NaN
    if (time > -narrow && time < narrow) return tap.writeLong(time)
    if (Number.isNaN(time)) throw this.unfit()
    writeWide(tap, BigInt(time))
  }

  _skip(tap: Tap): void {
    tap.skipLong()
  }

  /** Longs in another unit, such as timestamp-micros, cannot be read: they would be off by a thousand. */
  _update(resolver: Resolver, writer: Type): void {
    if (writer instanceof TimestampType || (writer instanceof LongType && !writer.logicalType)) resolver._read = tap => this._read(tap)
    else if (writer.typeName === 'int') resolver._read = tap => this.dateOf((writer as AvroType)._read(tap) as number)
  }

  fromDefault(json: unknown): Date {
    return this.dateOf(json as number)
  }

  private dateOf(time: number): Date {
    const date = new Date(time)
    if (Number.isNaN(date.getTime())) throw this.damaged()
    return date
  }
}
