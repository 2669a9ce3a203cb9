import avsc from 'avsc'
import { readBlockSize, skipBlocks } from './block-size.js'
import { unwritable } from './refusal.js'
import { readText, writeText } from './string-type.js'
import type { AvroType, Tap } from './tap.js'

/** Plain objects with any keys, `__proto__` too. A damaged length makes the record unreadable, as it does with arrays. */
export class MapType extends avsc.types.MapType {
  /** Also runs on a resolver of avsc's, whose `valuesType` reads what another schema wrote. */
  _read(tap: Tap): Record<string, unknown> {
    const values = this.valuesType as AvroType
    const map: Record<string, unknown> = {}
    for (let count = readBlockSize(tap); count > 0; count = readBlockSize(tap)) {
      while (count--) {
        const key = readText(tap)
        const value = values._read(tap)
        if (key === '__proto__') Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
        else map[key] = value
      }
    }
    return map
  }

  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) throw unwritable('a plain object')
    const values = this.valuesType as AvroType
    // In one order, so that equal maps have equal bytes.
    const keys = Object.keys(value).sort()
    if (keys.length > 0) tap.writeLong(keys.length)
    for (const key of keys) {
      writeText(tap, key)
      values._write(tap, (value as Record<string, unknown>)[key])
    }
    tap.writeLong(0)
  }

  _skip(tap: Tap): void {
    const values = this.valuesType as AvroType
    skipBlocks(tap, at => {
      at.skipString()
      values._skip(at)
    })
  }

  _copy(value: unknown, options?: { coerce?: number }): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unwritable('a plain object')
    const values = this.valuesType as AvroType
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, values._copy(each, options)]))
  }
}
