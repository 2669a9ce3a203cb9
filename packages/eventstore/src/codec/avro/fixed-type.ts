import avsc from 'avsc'
import { isCalled } from './is-called.js'
import { cutOff, unwritable } from './refusal.js'
import type { AvroType, Resolver, Tap } from './tap.js'

/** A fixed number of bytes under a name of their own: as a Uint8Array, or as what a subclass makes of them. */
export class FixedType extends avsc.Type implements AvroType {
  override readonly typeName: string = 'fixed'
  readonly size: number
  protected readonly _branchConstructor: unknown

  /** @param options avsc's, which it writes the name into. */
  constructor(schema: avsc.Schema, options: unknown) {
    super(...([schema, options] as unknown as []))
    const { size } = schema as unknown as { readonly size: unknown }
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) throw new Error(`invalid ${this.branchName} size`)
    this.size = size
    this._branchConstructor = (this as unknown as { _createBranchConstructor(): unknown })._createBranchConstructor()
  }

  _read(tap: Tap): unknown {
    const start = tap.pos
    if (this.size > tap.buf.length - start) throw cutOff(tap)
    tap.pos += this.size
    return this.fromBytes(tap.buf, start)
  }

  _write(tap: Tap, value: unknown): void {
    const bytes = this.bytesOf(value)
    if (this.size <= tap.buf.length - tap.pos) tap.buf.set(bytes, tap.pos)
    tap.pos += this.size
  }

  _skip(tap: Tap): void {
    tap.skipFixed(this.size)
  }

  _update(resolver: Resolver, writer: avsc.Type, options: { readonly ignoreNamespaces?: boolean }): void {
    if (!(writer instanceof FixedType) || writer.size !== this.size || !isCalled(this, writer.name, options.ignoreNamespaces)) return
    resolver._read = this.readerOf(writer)
  }

  /** Avro writes bytes into JSON as text with one character for each byte. */
  _copy(value: unknown, options?: { coerce?: number }): unknown {
    if (options?.coerce !== 2) return value instanceof Uint8Array ? new Uint8Array(value) : value
    if (typeof value !== 'string' || value.length !== this.size) throw unwritable(this.what)
    return this.fromBytes(Buffer.from(value, 'latin1'), 0)
  }

  _deref(schema: { size?: number }): void {
    schema.size = this.size
  }

  /** What reads values that `writer` wrote. */
  protected readerOf(_writer: FixedType): (tap: Tap) => unknown {
    return tap => this._read(tap)
  }

  /** For errors: `16 bytes (a Uint8Array)`. */
  protected get what(): string {
    return `${this.size} bytes (a Uint8Array)`
  }

  /** The value that these bytes are, with memory of its own. Throws RECORD_UNREADABLE. */
  protected fromBytes(buffer: Buffer, start: number): unknown {
    return new Uint8Array(buffer.subarray(start, start + this.size))
  }

  /** Throws MESSAGE_INVALID when the value does not fit. */
  protected bytesOf(value: unknown): Uint8Array {
    if (!(value instanceof Uint8Array) || value.length !== this.size) throw unwritable(this.what)
    return value
  }
}
