import { isUtf8 } from 'node:buffer'
import type { Type } from 'avsc'
import { cutOff, unreadable, unwritable } from './refusal.js'
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

/** Throws RECORD_UNREADABLE, RECORD_CUT_OFF. */
export function readText(tap: Tap): string {
  const length = tap.readLong()
  const { buf, pos: start } = tap
  const end = start + length
  if (!(length >= 0)) throw unreadable(`a string has the length ${length}`)
  if (end > buf.length) throw cutOff(tap)
  tap.pos = end
  if (length < short && isAscii(buf, start, end)) return buf.latin1Slice(start, end)
  const text = buf.utf8Slice(start, end)
  // The decoder puts U+FFFD where bytes are no UTF-8; only then is there anything to look at.
  if (text.includes('\ufffd') && !isUtf8(buf.subarray(start, end))) throw unreadable('a string is no UTF-8')
  return text
}

/** Below so many bytes, looking at each of them costs less than looking for U+FFFD afterwards. */
const short = 24

function isAscii(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((buffer[at] as number) > 0x7f) return false
  return true
}

/** Throws MESSAGE_INVALID. */
export function writeText(tap: Tap, value: unknown): void {
  if (typeof value !== 'string' || !value.isWellFormed()) throw unwritable('a string')
  tap.writeString(value)
}
