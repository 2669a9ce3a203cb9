import type { Type } from 'avsc'
import { cutOff } from './refusal.js'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'

/** Bytes as a Uint8Array with memory of its own, so that keeping a few of them does not keep the whole record. */
export class BytesType extends ScalarType<Uint8Array> {
  constructor() {
    super('bytes', 'bytes (a Uint8Array)')
  }

  _read(tap: Tap): Uint8Array {
    const length = tap.readLong()
    const start = tap.pos
    if (!(length >= 0)) throw this.damaged()
    if (length > tap.buf.length - start) throw cutOff(tap)
    tap.pos += length
    return new Uint8Array(tap.buf.subarray(start, tap.pos))
  }

  _write(tap: Tap, value: unknown): void {
    if (!(value instanceof Uint8Array)) throw this.unfit()
    tap.writeLong(value.length)
    if (value.length <= tap.buf.length - tap.pos) tap.buf.set(value, tap.pos)
    tap.pos += value.length
  }

  _skip(tap: Tap): void {
    tap.skipString()
  }

  _update(resolver: Resolver, writer: Type): void {
    if (writer.typeName === 'bytes' || writer.typeName === 'string') resolver._read = tap => this._read(tap)
  }

  /** Avro writes bytes into JSON as text with one character for each byte. */
  fromDefault(json: unknown): Uint8Array {
    if (typeof json !== 'string') throw this.unfit()
    return new Uint8Array(Buffer.from(json, 'latin1'))
  }
}
