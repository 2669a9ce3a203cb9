import { unreadable, unwritable } from './refusal.js'
import type { Tap } from './tap.js'

/** Items may take no bytes at all (values without fields), so a few more of them than bytes are believed. */
const free = 65_536

/**
 * How many items the next block of an array or map has; 0 at the end. A damaged count is refused before anyone loops over it.
 * Throws RECORD_UNREADABLE.
 */
export function readBlockSize(tap: Tap): number {
  let count = tap.readLong()
  if (count < 0) {
    count = -count
    tap.skipLong()
  }
  if (!(count <= tap.buf.length - tap.pos + free)) throw unreadable(`a block of ${count} items is longer than the record`)
  return count
}

/** Passes over an array or map without reading it. Throws RECORD_UNREADABLE. */
export function skipBlocks(tap: Tap, skipItem: (tap: Tap) => void): void {
  for (let count = readBlockSize(tap); count > 0; count = readBlockSize(tap)) {
    while (count--) skipItem(tap)
  }
}

/** Ends an array or map of `count` items that began at `start`. Throws MESSAGE_INVALID for what `readBlockSize` would refuse. */
export function writeEnd(tap: Tap, count: number, start: number): void {
  if (count > tap.pos - start + free) throw unwritable(`an array of at most ${free} empty values`)
  tap.writeLong(0)
}
