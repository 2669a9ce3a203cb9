import avsc from 'avsc'
import { numberOfDefault } from './double-type.js'
import type { AvroType, Resolver } from './tap.js'
import { readExact, readInt } from './wide-long.js'

/** Numbers of 32 bits. Whole numbers that become floats by evolution are rounded as a float is; avsc leaves them as they are. */
export class FloatType extends avsc.types.FloatType {
  _update(resolver: Resolver, writer: avsc.Type): void {
    if (writer.typeName === 'float') resolver._read = (writer as unknown as AvroType)._read
    else if (writer.typeName === 'int') resolver._read = tap => Math.fround(readInt(tap))
    else if (writer.typeName === 'long') resolver._read = tap => Math.fround(Number(readExact(tap)))
  }

  _copy(value: unknown, options?: { coerce?: number }): number {
    return options?.coerce === 2 ? Math.fround(numberOfDefault(value)) : (value as number)
  }
}
