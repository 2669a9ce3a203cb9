import avsc from 'avsc'
import { LongType } from './long-type.js'
import type { AvroType, Resolver } from './tap.js'

/** Numbers of 64 bits. Longs that become doubles by evolution are rounded once and rightly, which avsc's own do not. */
export class DoubleType extends avsc.types.DoubleType {
  _update(resolver: Resolver, writer: avsc.Type): void {
    if (['double', 'float', 'int'].includes(writer.typeName)) resolver._read = (writer as AvroType)._read
    else if (writer instanceof LongType) resolver._read = tap => Number(writer._read(tap))
  }
}
