import type avsc from 'avsc'
import { DecimalType } from './decimal-type.js'
import { FixedType } from './fixed-type.js'
import { unreadable, unwritable } from './refusal.js'
import type { Tap } from './tap.js'

/** Exact decimal numbers as text, in a fixed number of bytes: the number times 10^scale in two's complement. */
export class FixedDecimalType extends FixedType {
  readonly decimal: DecimalType

  constructor(schema: avsc.Schema, options: unknown, precision: number, scale: number) {
    super(schema, options)
    this.decimal = new DecimalType(precision, scale)
  }

  /** A decimal of another scale is read by the scale that it was written with; one that does not fit here is unreadable. */
  protected override readerOf(writer: FixedType): (tap: Tap) => unknown {
    if (!(writer instanceof FixedDecimalType)) return tap => this._read(tap)
    return tap => this.decimal.fitting(writer._read(tap) as string)
  }

  protected override get what(): string {
    return `a decimal string of at most ${this.decimal.precision} digits, ${this.decimal.scale} behind the point`
  }

  protected override fromBytes(buffer: Buffer, start: number): string {
    const unscaled = BigInt.asIntN(8 * this.size, BigInt(`0x${buffer.toString('hex', start, start + this.size)}`))
    const text = this.decimal.textOf(unscaled)
    if (text === undefined) throw unreadable(`there is no room for ${this.what}, or it is none`)
    return text
  }

  protected override bytesOf(value: unknown): Uint8Array {
    const unscaled = this.decimal.unscaled(value)
    if (unscaled === undefined) throw unwritable(this.what)
    const hex = BigInt.asUintN(8 * this.size, unscaled).toString(16)
    return Buffer.from(hex.padStart(2 * this.size, '0'), 'hex')
  }
}
