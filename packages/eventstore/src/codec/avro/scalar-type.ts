import avsc from 'avsc'
import { unreadable, unwritable } from './refusal.js'
import type { AvroType, Resolver, Tap } from './tap.js'

/**
 * Base of the leaf types that Ottla reads and writes by itself, because avsc's own would change values on the way. It stands
 * in a schema wherever avsc's type of this name would.
 */
export abstract class ScalarType<T> extends avsc.Type implements AvroType {
  override readonly typeName: string
  protected readonly _branchConstructor: unknown

  constructor(
    /** avsc's name of the type that the bytes have: `long`, `bytes`, `string`, `null`. */
    typeName: string,
    /** For errors: `a bigint of 64 bits`. */
    private readonly what: string,
  ) {
    super()
    this.typeName = typeName
    this._branchConstructor = (this as unknown as { _createBranchConstructor(): unknown })._createBranchConstructor()
  }

  abstract _read(tap: Tap): T
  /** Throws MESSAGE_INVALID, and writes nothing, when the value does not fit. */
  abstract _write(tap: Tap, value: unknown): void
  abstract _skip(tap: Tap): void
  /** Sets `resolver._read` where values that `writer` wrote can be read as this type. */
  abstract _update(resolver: Resolver, writer: avsc.Type): void
  /** The value of a default in a schema's JSON. Throws when it is none. */
  abstract fromDefault(json: unknown): T

  _copy(value: unknown, options?: { coerce?: number }): unknown {
    return options?.coerce === readJson ? this.fromDefault(value) : value
  }

  _deref(): string {
    return this.typeName
  }

  protected unfit(): Error {
    return unwritable(this.what)
  }

  protected damaged(): Error {
    return unreadable(`there is no room for ${this.what}, or it is none`)
  }
}

/** avsc's number for "from JSON". */
const readJson = 2
