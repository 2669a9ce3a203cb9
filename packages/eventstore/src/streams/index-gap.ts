import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log } from '../log/log.js'
import type { ShardModel } from '../model/shard-model.js'
import type { StreamName } from '../model/stream-name.js'
import { eventEnvelope } from '../records/event-record.js'
import type { AppTopics } from '../records/topics.js'
import type { StateStore } from '../state/state-store.js'
import type { VersionRange } from '../state/stream-index.js'

export interface IndexOptions {
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly log: Log
  readonly store: StateStore
}

export interface WantedVersions {
  readonly from: number
  /** The last one at most; undefined for all that there are. */
  readonly to?: number
  /** An offset behind the last of them, where one is known. */
  readonly before?: number
}

/** How many offsets are looked at first, and by what factor more each time that the first of the missing versions is not among them. */
const firstWindow = 1_000
const growth = 4

/**
 * Makes the index of a stream complete for these versions. A store that began with a snapshot has the index only from the snapshot's marker on; what
 * lies before it is looked for in the events topic, backwards in growing windows, and is then kept. Rejects with STREAM_INCOMPLETE rather than that
 * a history came out short, or with the log's errors.
 */
export async function completeIndex(options: IndexOptions, shard: number, stream: StreamName, wanted: WantedVersions): Promise<void> {
  const { store, model } = options
  const { participant, id } = stream
  const { indexFrom } = store.checkpoint(shard) ?? {}
  if (indexFrom === undefined) return
  const known = Math.max(store.state(participant, id)?.version ?? 0, store.index.last(participant, id))
  // Nothing in the store says how many events a stream has whose participant the app does not know.
  const isOpen = known === 0 && !model.participant(participant)
  const last = Math.min(known, wanted.to ?? known)
  for (;;) {
    const missing = isOpen ? { first: 1, last: Number.MAX_SAFE_INTEGER } : store.index.missing(participant, id, wanted.from, last)
    if (!missing) return
    const [next = indexFrom] = store.index.offsets(participant, id, missing.last + 1, missing.last + 1)
    const found = await searchBack(options, shard, stream, missing, Math.min(next, indexFrom, wanted.before ?? indexFrom))
    const offsets = Array.from({ length: found.size }, (_, index) => found.get(missing.first + index))
    const isComplete = offsets.every(offset => offset !== undefined) && (isOpen || missing.first + found.size - 1 === missing.last)
    if (!isComplete) throw eventstoreErrors.create('STREAM_INCOMPLETE', { stream: `${participant}/${id}`, first: missing.first, last: missing.last })
    if (offsets.length > 0) store.index.add(shard, { participant, id, first: missing.first, offsets })
    if (isOpen) return
  }
}

/** The offsets of these versions by version, as far as they lie below `before`. */
async function searchBack(
  { log, topics }: IndexOptions,
  shard: number,
  { participant, id }: StreamName,
  { first, last }: VersionRange,
  before: number,
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>()
  const at = { topic: topics.events, partition: shard }
  for (let end = before, window = firstWindow; end > 0 && !found.has(first); window *= growth) {
    const from = Math.max(0, end - window)
    const reader = log.reader({ from: [{ ...at, offset: from }] })
    try {
      for await (const { records } of reader) {
        for (const record of records) {
          if (record.key !== id || record.offset >= end) continue
          const envelope = eventEnvelope(record)
          if (envelope?.stream.participant === participant && envelope.version >= first && envelope.version <= last) found.set(envelope.version, record.offset)
        }
        if (reader.position(at) >= end) break
      }
      if (reader.position(at) < end) throw eventstoreErrors.create('LOG_CLOSED', { log: topics.events })
    } finally {
      await reader.close()
    }
    end = from
  }
  return found
}
