import type { Type } from 'avsc'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'
import { readInt } from './wide-long.js'

/** Whole numbers of 32 bits. One that has more, in a damaged record, makes the record unreadable; avsc's own would give it. */
export class IntType extends ScalarType<number> {
  constructor() {
    super('int', 'a whole number of 32 bits')
  }

  _read(tap: Tap): number {
    return readInt(tap)
  }

  _write(tap: Tap, value: unknown): void {
    if (value !== ((value as number) | 0)) throw this.unfit()
    tap.writeLong(value as number)
  }

  _skip(tap: Tap): void {
    tap.skipLong()
  }

  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'int') resolver._read = readInt
  }

  fromDefault(json: unknown): number {
    if (json !== ((json as number) | 0)) throw this.unfit()
    return json as number
  }
}
