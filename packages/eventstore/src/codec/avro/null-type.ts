import type { Type } from 'avsc'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'

/** The absent branch of an optional: undefined in memory, null in the schema. */
export class NullType extends ScalarType<undefined> {
  constructor() {
    super('null', 'absent')
  }

  _read(): undefined {
    return undefined
  }

  _write(_tap: Tap, value: unknown): void {
    if (value !== undefined && value !== null) throw this.unfit()
  }

  _skip(): void {}

  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'null') resolver._read = this._read
  }

  fromDefault(json: unknown): undefined {
    if (json !== null) throw this.unfit()
  }
}
