import { randomFillSync } from 'node:crypto'

/** Makes ids; injected so that tests and the simulation control them. */
export interface Ids {
  /** An id that nobody else makes. */
  next(): string
}

const pool = Buffer.allocUnsafe(16 * 256)
let used = pool.length

/**
 * UUIDs of version 7 (RFC 9562): they begin with the time, so that rows which are keyed by them are appended near each
 * other instead of all over the table.
 */
export const timeOrderedIds: Ids = {
  next() {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const bytes = pool.subarray(used, used + 16)
    used += 16
    bytes.writeUIntBE(Date.now(), 0, 6)
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
    const hex = bytes.toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  },
}
