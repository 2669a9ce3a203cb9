import type { Type } from 'avsc'
import { BytesType } from './bytes-type.js'
import { cutOff, unreadable } from './refusal.js'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'

const decimal = /^-?\d+(?:\.\d+)?$/

/** Beyond so many digits a number is no longer exact, and a bigint takes its place. */
const exactDigits = 15

/**
 * Exact decimal numbers as text. The bytes hold the number times 10^scale, in two's complement and as few bytes as it
 * takes, the same as Java's DecimalConversion writes. Read without trailing zeros behind the point: `'261.96'`, `'2'`, `'-0.5'`.
 */
export class DecimalType extends ScalarType<string> {
  private readonly limit: bigint
  private readonly numberLimit: number

  constructor(
    readonly precision: number,
    readonly scale: number,
  ) {
    super('bytes', `a decimal string of at most ${precision} digits, ${scale} behind the point`)
    this.limit = 10n ** BigInt(precision)
    this.numberLimit = precision <= exactDigits ? 10 ** precision : Number.POSITIVE_INFINITY
  }

  _read(tap: Tap): string {
    const length = tap.readLong()
    const start = tap.pos
    if (length > tap.buf.length - start) throw cutOff(tap)
    if (!(length >= 1)) throw this.damaged()
    tap.pos += length
    if (length <= 6) {
      const unscaled = tap.buf.readIntBE(start, length)
      if (Math.abs(unscaled) >= this.numberLimit) throw this.damaged()
      return textOfNumber(unscaled, this.scale)
    }
    const unscaled = BigInt.asIntN(8 * length, BigInt(`0x${tap.buf.toString('hex', start, tap.pos)}`))
    if (unscaled >= this.limit || -unscaled >= this.limit) throw this.damaged()
    return textOfBigint(unscaled, this.scale)
  }

  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'string' || !decimal.test(value)) throw this.unfit()
    const point = value.indexOf('.')
    const missing = this.scale - (point < 0 ? 0 : value.length - point - 1)
    if (missing < 0) throw this.unfit()
    const digits = point < 0 ? value : value.slice(0, point) + value.slice(point + 1)
    if (digits.length + missing <= exactDigits) {
      const unscaled = Number(digits) * 10 ** missing
      if (Math.abs(unscaled) >= this.numberLimit) throw this.unfit()
      writeNumber(tap, unscaled)
    } else {
      const unscaled = BigInt(digits) * 10n ** BigInt(missing)
      if (unscaled >= this.limit || -unscaled >= this.limit) throw this.unfit()
      writeBigint(tap, unscaled)
    }
  }

  /** The number times 10^scale; undefined where the value does not fit. */
  unscaled(value: unknown): bigint | undefined {
    if (typeof value !== 'string' || !decimal.test(value)) return undefined
    const point = value.indexOf('.')
    const missing = this.scale - (point < 0 ? 0 : value.length - point - 1)
    if (missing < 0) return undefined
    const unscaled = BigInt(value.replace('.', '')) * 10n ** BigInt(missing)
    return unscaled >= this.limit || -unscaled >= this.limit ? undefined : unscaled
  }

  /** The text of a number times 10^scale; undefined where it has too many digits. */
  textOf(unscaled: bigint): string | undefined {
    return unscaled >= this.limit || -unscaled >= this.limit ? undefined : textOfBigint(unscaled, this.scale)
  }

  _skip(tap: Tap): void {
    tap.skipString()
  }

  /** A decimal of another scale is read by the scale that it was written with; one that does not fit here is unreadable. */
  _update(resolver: Resolver, writer: Type): void {
    if (writer instanceof DecimalType && (writer.scale > this.scale || writer.precision - writer.scale > this.precision - this.scale)) {
      resolver._read = tap => this.fitting(writer._read(tap))
    } else if (writer instanceof DecimalType) resolver._read = tap => writer._read(tap)
    else if (writer instanceof BytesType) resolver._read = tap => this._read(tap)
  }

  fromDefault(json: unknown): string {
    const bytes = Buffer.from(String(json), 'latin1')
    return textOfBigint(BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex') || '0'}`)), this.scale)
  }

  /** A number that was written with another scale, where it fits this type. Throws RECORD_UNREADABLE. */
  fitting(text: string): string {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.')
    if (fraction.length > this.scale || whole.replace(/^0/, '').length > this.precision - this.scale) {
      throw unreadable(`${text} does not fit a decimal of ${this.precision} digits, ${this.scale} behind the point`)
    }
    return text
  }
}

function textOfNumber(unscaled: number, scale: number): string {
  let number = unscaled
  let digits = scale
  for (; digits > 0 && number % 10 === 0; digits--) number /= 10
  return digits === 0 ? String(number + 0) : withPoint(String(Math.abs(number)), digits, number < 0)
}

function textOfBigint(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n
  const text = String(negative ? -unscaled : unscaled)
  let digits = scale
  let end = text.length
  for (; digits > 0 && (end === 0 || text.charCodeAt(end - 1) === 48); digits--) if (end > 0) end--
  const kept = text.slice(0, end)
  return digits === 0 ? `${negative ? '-' : ''}${kept || '0'}` : withPoint(kept, digits, negative)
}

function withPoint(text: string, digits: number, negative: boolean): string {
  const padded = text.padStart(digits + 1, '0')
  return `${negative ? '-' : ''}${padded.slice(0, -digits)}.${padded.slice(-digits)}`
}

/** At most 15 digits, so 7 bytes: three from the low 24 bits, four from the rest. */
function writeNumber(tap: Tap, unscaled: number): void {
  let length = 1
  for (let limit = 0x80; unscaled >= limit || unscaled < -limit; limit *= 256) length++
  const high = Math.floor(unscaled / 0x100_0000)
  const low = unscaled - high * 0x100_0000
  tap.writeLong(length)
  for (let byte = length - 1; byte >= 0; byte--) tap.buf[tap.pos++] = byte < 3 ? low >> (8 * byte) : high >> (8 * (byte - 3))
}

function writeBigint(tap: Tap, unscaled: bigint): void {
  let length = 1
  while (BigInt.asIntN(8 * length, unscaled) !== unscaled) length++
  const hex = BigInt.asUintN(8 * length, unscaled)
    .toString(16)
    .padStart(2 * length, '0')
  tap.writeLong(length)
  if (tap.pos + length <= tap.buf.length) tap.buf.write(hex, tap.pos, 'hex')
  tap.pos += length
}
