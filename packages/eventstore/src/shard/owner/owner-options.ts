import type { OttlaError } from '@ottla/core'
import type { Log } from '../../log/log.js'
import type { UnreadRecord } from '../../records/dead-letter-record.js'
import type { StateStore } from '../../state/state-store.js'
import type { DeciderOptions } from '../deciding/decider-options.js'
import type { OwnerLimits } from './owner-limits.js'

export interface OwnerOptions extends DeciderOptions {
  readonly app: string
  readonly log: Log
  readonly store: StateStore
  /** Whether the app takes snapshots. */
  readonly snapshots: boolean
  /** Keeps records that cannot be read among the dead letters. */
  readonly setAside: (unread: readonly UnreadRecord[]) => Promise<void>
  /** Resolves when nobody else in this process writes to the shard's part of the state store. */
  readonly handOver: () => Promise<void>
  readonly limits: OwnerLimits
  /** Called when the shard cannot go on and trying again is no use: the disk is full, the log is damaged. */
  readonly failed: (error: OttlaError) => void
}
