import avsc from 'avsc'
import { unwritable } from './refusal.js'
import type { AvroType, Resolver } from './tap.js'
import { readExact, readInt } from './wide-long.js'

/** Numbers of 64 bits. Longs that become doubles by evolution are rounded once and rightly, which avsc's own do not. */
export class DoubleType extends avsc.types.DoubleType {
  _update(resolver: Resolver, writer: avsc.Type): void {
    if (writer.typeName === 'double' || writer.typeName === 'float') resolver._read = (writer as unknown as AvroType)._read
    else if (writer.typeName === 'int') resolver._read = readInt
    else if (writer.typeName === 'long') resolver._read = tap => Number(readExact(tap))
  }

  _copy(value: unknown, options?: { coerce?: number }): number {
    return options?.coerce === 2 ? numberOfDefault(value) : (value as number)
  }
}

/** A default of a float or double. Java takes text for what JSON has no number for: `"NaN"`, `"Infinity"`. */
export function numberOfDefault(json: unknown): number {
  const number = typeof json === 'string' && json !== '' ? Number(json) : json
  if (typeof number === 'bigint') return Number(number)
  if (typeof number !== 'number' || (Number.isNaN(number) && json !== 'NaN')) throw unwritable('a number')
  return number
}
