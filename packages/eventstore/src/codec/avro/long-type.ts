import type { Type } from 'avsc'
import { ScalarType } from './scalar-type.js'
import type { AvroType, Resolver, Tap } from './tap.js'
import { narrow, readWide, writeWide } from './wide-long.js'

/** Whole numbers of 64 bits as bigint, exact; avsc's own go wrong beyond 2^52. */
export class LongType extends ScalarType<bigint> {
  /** @param logicalType What the schema says of these longs beyond being longs, where Ottla has no type for it. */
  constructor(readonly logicalType?: string) {
    super('long', 'a bigint of 64 bits')
  }

  _read(tap: Tap): bigint {
    const start = tap.pos
    const value = tap.readLong()
    if (value > -narrow && value < narrow) return BigInt(value)
    tap.pos = start
    return readWide(tap)
  }

  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw this.unfit()
    if (value > -narrow && value < narrow) tap.writeLong(Number(value))
    else writeWide(tap, value)
  }

  _skip(tap: Tap): void {
    tap.skipLong()
  }

  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'long') resolver._read = this._read
    else if (writer.typeName === 'int') resolver._read = tap => BigInt((writer as AvroType)._read(tap) as number)
  }

  fromDefault(json: unknown): bigint {
    return BigInt(json as number)
  }
}
