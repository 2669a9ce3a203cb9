import avsc from 'avsc'
import { LongType } from './long-type.js'
import type { AvroType, Resolver } from './tap.js'

/** Numbers of 32 bits. Whole numbers that become floats by evolution are rounded as a float is; avsc leaves them as they are. */
export class FloatType extends avsc.types.FloatType {
  _update(resolver: Resolver, writer: avsc.Type): void {
    const { _read } = writer as AvroType
    if (writer.typeName === 'float') resolver._read = _read
    else if (writer.typeName === 'int') resolver._read = tap => Math.fround(_read.call(writer, tap) as number)
    else if (writer instanceof LongType) resolver._read = tap => Math.fround(Number(writer._read(tap)))
  }
}
