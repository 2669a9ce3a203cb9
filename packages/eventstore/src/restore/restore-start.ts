import type { Codec } from '../codec/codec.js'
import type { ShardModel } from '../model/shard-model.js'
import type { UnreadRecord } from '../records/dead-letter-record.js'
import { isOfThisLog, type TrustOptions } from '../replay/trusted-checkpoint.js'
import { loadSnapshot } from '../snapshots/load-snapshot.js'
import { lastMarker, type Marker } from '../snapshots/marker.js'
import type { Checkpoint } from '../state/checkpoint.js'
import type { StateStore } from '../state/state-store.js'

export interface RestoreOptions extends TrustOptions {
  readonly codec: Codec
  readonly model: ShardModel
  readonly store: StateStore
  /** Whether the app takes snapshots. */
  readonly snapshots: boolean
  /** Whether streams that could not be read before are tried again, as after a deployment. */
  readonly retryUnreadable: boolean
  /** Keeps events that make their stream unavailable because they cannot be read; called again with the same ones where they are read anew. Default: nobody does. */
  readonly setAside?: (unread: readonly UnreadRecord[]) => Promise<void>
  /** Asked between slices: whether this node still wants the shard. */
  readonly isWanted: () => boolean
}

/** The ends of the shard's partitions, captured after the earlier owner was fenced. */
export interface RestoreEnds {
  readonly events: number
  readonly outcomes: number
}

/** So far behind the end, in offsets, a state store is still brought up by the events alone, without a look at the snapshots. */
const nearEnd = 5_000

/**
 * Where the restore of a shard begins: at what the state store has, or at the snapshot, which is loaded for it, whichever leaves less to
 * read; undefined when neither is of this log. Rejects like `loadSnapshot`.
 */
export async function restoreStart(options: RestoreOptions, ends: RestoreEnds): Promise<Checkpoint | undefined> {
  const { shard, store } = options
  const stored = store.checkpoint(shard)
  const local = stored && !stored.loading && (await isOfThisLog(options, stored, ends)) ? stored : undefined
  if (local && ends.events - local.events <= nearEnd) return local
  const marker = options.snapshots ? await lastMarker(options) : undefined
  if (!marker || !(await isOfThisLog(options, marker, ends))) return local
  return local && !(await isShorter(options, marker, local)) ? local : loadSnapshot(options, marker)
}

/** Whether less than half is left to read with the snapshot: it forgets the index of what lies before it, which the store has. */
async function isShorter({ shard, topics, log }: RestoreOptions, marker: Marker, local: Checkpoint): Promise<boolean> {
  const begin = (await log.admin.beginOffsets(topics.snapshots))[shard] as number
  const snapshot = marker.offset - Math.max(begin, marker.from)
  return 2 * snapshot < marker.events - local.events
}
