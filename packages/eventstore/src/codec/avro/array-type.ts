import avsc from 'avsc'
import { readBlockSize, skipBlocks, writeEnd } from './block-size.js'
import { unwritable } from './refusal.js'
import type { AvroType, Tap } from './tap.js'

/** Arrays. A damaged length makes the record unreadable; avsc's own would allocate or loop for as long as it says. */
export class ArrayType extends avsc.types.ArrayType {
  /** Also runs on a resolver of avsc's, whose `itemsType` reads what another schema wrote. */
  _read(tap: Tap): unknown[] {
    const items = this.itemsType as AvroType
    const values: unknown[] = []
    for (let count = readBlockSize(tap); count > 0; count = readBlockSize(tap)) {
      while (count--) values.push(items._read(tap))
    }
    return values
  }

  _write(tap: Tap, value: unknown): void {
    if (!Array.isArray(value)) throw unwritable('an array')
    const items = this.itemsType as AvroType
    const start = tap.pos
    if (value.length > 0) tap.writeLong(value.length)
    for (let index = 0; index < value.length; index++) items._write(tap, value[index])
    writeEnd(tap, value.length, start)
  }

  _skip(tap: Tap): void {
    const items = this.itemsType as AvroType
    skipBlocks(tap, at => items._skip(at))
  }
}
