import type { Type } from 'avsc'
import { ScalarType } from './scalar-type.js'
import { readText, writeText } from './string-type.js'
import type { Resolver, Tap } from './tap.js'

/** Whether this is the text of a UUID. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value)
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** UUIDs as text in lower case. */
export class UuidType extends ScalarType<string> {
  constructor() {
    super('string', 'a UUID')
  }

  _read(tap: Tap): string {
    const text = readText(tap)
    if (!uuid.test(text)) throw this.damaged()
    return text.toLowerCase()
  }

  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'string' || !uuid.test(value)) throw this.unfit()
    writeText(tap, value.toLowerCase())
  }

  _skip(tap: Tap): void {
    tap.skipString()
  }

  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'string') resolver._read = tap => this._read(tap)
  }

  fromDefault(json: unknown): string {
    if (typeof json !== 'string' || !uuid.test(json)) throw this.unfit()
    return json.toLowerCase()
  }
}
