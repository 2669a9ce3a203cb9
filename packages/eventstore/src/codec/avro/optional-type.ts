import avsc from 'avsc'
import type { AvroType, Tap } from './tap.js'
import { defaultOfUnion } from './union-type.js'

/** The union of null and one type: the value itself, or undefined. Takes null for undefined when it writes. */
export class OptionalType extends avsc.types.UnwrappedUnionType {
  _write(tap: Tap, value: unknown): void {
    if (value === undefined || value === null) return tap.writeLong(0)
    tap.writeLong(1)
    ;(this.types[1] as AvroType)._write(tap, value)
  }

  _copy(value: unknown, options?: { coerce?: number }): unknown {
    if (options?.coerce === 2) return defaultOfUnion(this.types as unknown as readonly AvroType[], value)
    return value === undefined || value === null ? undefined : (this.types[1] as AvroType)._copy(value, options)
  }
}
