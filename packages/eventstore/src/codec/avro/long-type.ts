import type { Type } from 'avsc'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'
import { narrow, readExact, readInt, writeWide } from './wide-long.js'

/** Whole numbers of 64 bits as bigint, exact; avsc's own go wrong beyond 2^52. */
export class LongType extends ScalarType<bigint> {
  /** @param logicalType What the schema says of these longs beyond being longs, such as `timestamp-micros`. */
  constructor(readonly logicalType?: string) {
    super('long', 'a bigint of 64 bits')
  }

  _read(tap: Tap): bigint {
    return readExact(tap)
  }

  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw this.unfit()
    if (value > -narrow && value < narrow) tap.writeLong(Number(value))
    else writeWide(tap, value)
  }

  _skip(tap: Tap): void {
    tap.skipLong()
  }

  /** A time in another unit cannot be read as one: it would be off by a thousand. */
  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'int') resolver._read = tap => BigInt(readInt(tap))
    else if (writer.typeName === 'long' && !this.isOtherTime(writer)) resolver._read = readExact
  }

  fromDefault(json: unknown): bigint {
    const long = BigInt(json as number)
    if (BigInt.asIntN(64, long) !== long) throw this.unfit()
    return long
  }

  private isOtherTime(writer: Type): boolean {
    if (!this.logicalType?.includes('timestamp-')) return false
    return writer instanceof LongType ? writer.logicalType !== undefined && writer.logicalType !== this.logicalType : true
  }
}
