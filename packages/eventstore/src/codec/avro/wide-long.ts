import { cutOff, unreadable } from './refusal.js'
import type { Tap } from './tap.js'

/** Within these bounds avsc's own reading and writing of longs is exact, and fast. */
export const narrow = 2 ** 50

/** Reads any long. Throws RECORD_UNREADABLE. */
export function readExact(tap: Tap): bigint {
  const start = tap.pos
  const value = tap.readLong()
  if (value > -narrow && value < narrow) return BigInt(value)
  tap.pos = start
  return readWide(tap)
}

/** Reads an int. Throws RECORD_UNREADABLE where it has more than 32 bits. */
export function readInt(tap: Tap): number {
  const value = tap.readLong()
  if (value !== (value | 0)) throw tap.pos > tap.buf.length ? cutOff(tap) : unreadable('an int has more than 32 bits')
  return value
}

/** Reads any 64 bits of Avro's zigzag of variable length. Throws RECORD_UNREADABLE when there are more. */
export function readWide(tap: Tap): bigint {
  let zigzag = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = tap.buf[tap.pos++] as number
    zigzag |= BigInt(byte & 0x7f) << shift
    if (byte & 0x80) continue
    if (zigzag !== BigInt.asUintN(64, zigzag)) break
    return (zigzag >> 1n) ^ -(zigzag & 1n)
  }
  throw unreadable('a long has more than 64 bits')
}

/** Writes any 64 bits as Avro's zigzag of variable length. */
export function writeWide(tap: Tap, value: bigint): void {
  let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; zigzag > 0x7fn; zigzag >>= 7n) tap.buf[tap.pos++] = Number(zigzag & 0x7fn) | 0x80
  tap.buf[tap.pos++] = Number(zigzag)
}
