import { isUtf8 } from 'node:buffer'
import type { Type } from 'avsc'
import { unreadable, unwritable } from './refusal.js'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'

/** Text that comes back as it was given: half of a surrogate pair and bytes that are no UTF-8 are refused, never replaced. */
export class StringType extends ScalarType<string> {
  constructor() {
    super('string', 'a string')
  }

  _read(tap: Tap): string {
    return readText(tap)
  }

  _write(tap: Tap, value: unknown): void {
    writeText(tap, value)
  }

  _skip(tap: Tap): void {
    tap.skipString()
  }

  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'string' || writer.typeName === 'bytes') resolver._read = readText
  }

  fromDefault(json: unknown): string {
    if (typeof json !== 'string') throw this.unfit()
    return json
  }
}

/** Throws RECORD_UNREADABLE. */
export function readText(tap: Tap): string {
  const text = tap.readString()
  if (text === undefined) throw unreadable('it is cut off')
  // The decoder puts U+FFFD where bytes are no UTF-8; only then is there anything to look at.
  if (text.includes('\ufffd') && !isUtf8(tap.buf.subarray(tap.pos - Buffer.byteLength(text), tap.pos))) throw unreadable('a string is no UTF-8')
  return text
}

/** Throws MESSAGE_INVALID. */
export function writeText(tap: Tap, value: unknown): void {
  if (typeof value !== 'string' || !value.isWellFormed()) throw unwritable('a string')
  tap.writeString(value)
}
