import type { SnapshotLimits } from '../../snapshots/snapshot-schedule.js'

export interface OwnerLimits extends SnapshotLimits {
  /** How many commands of this process wait before `send` is refused with OVERLOADED. */
  readonly queue: number
  /** How many of them wait for other nodes before that. */
  readonly remote: number
  /** How many messages one transaction decides. */
  readonly batch: number
  /** How many bytes one transaction writes, about; half of a topic's max.message.bytes. */
  readonly batchBytes: number
  /** How many bytes the payload of an event or a message may have; below a topic's max.message.bytes. */
  readonly recordBytes: number
  /** How many streams stay in memory beside those with unwritten changes. */
  readonly streams: number
  /** How many changes wait at most for the state store, and how long in milliseconds. */
  readonly storeBacklog: number
  readonly storeDelay: number
}

export const defaultLimits: OwnerLimits = {
  queue: 10_000,
  remote: 10_000,
  batch: 500,
  batchBytes: 512 * 1024,
  recordBytes: 900 * 1024,
  streams: 10_000,
  storeBacklog: 1_000,
  storeDelay: 1_000,
  snapshotEvents: 10_000,
  snapshotInterval: 10 * 60 * 1000,
  snapshotBytes: 128 * 1024,
}
