import type { Type } from 'avsc'

/**
 * avsc's place in a buffer. Writing beyond the end is silent and only moves `pos` on, so that the caller learns how much room
 * was missing; reading beyond it gives zeros.
 */
export interface Tap {
  readonly buf: TextBuffer
  pos: number
  /** Exact below 2^52 only. */
  readLong(): number
  writeLong(value: number): void
  skipLong(): void
  skipFixed(length: number): void
  /** undefined beyond the end. */
  readString(): string | undefined
  writeString(value: string): void
  skipString(): void
}

/** A Buffer with what Node's `toString` calls in the end, and which costs half as much for short texts. */
export interface TextBuffer extends Buffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

/** What reads values of one schema as another one wants them; avsc fills it in through `_update`. */
export interface Resolver {
  _read: (tap: Tap) => unknown
}

/** The inner side of avsc's types, which its own types use among each other: what ours have to offer and may call. Exactly avsc 5.7.9. */
export interface AvroType extends Type {
  _read(tap: Tap): unknown
  _write(tap: Tap, value: unknown): void
  _skip(tap: Tap): void
  /** A copy of a value, or with `coerce` 2 the value of a default's JSON. Throws where that is none. */
  _copy(value: unknown, options?: { coerce?: number }): unknown
}
