import type { Clock } from '@ottla/core'
import type { Log } from '../log/log.js'
import { eventEnvelope, eventId } from '../records/event-record.js'
import type { AppTopics } from '../records/topics.js'
import type { Checkpoint, StateStore } from '../state/state-store.js'
import { nextBatch } from './restore-batch.js'

interface CheckpointOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly log: Log
  readonly store: StateStore
  readonly clock: Clock
}

/** The stored checkpoint, unless what is stored was built from another log. */
export async function trustedCheckpoint(
  options: CheckpointOptions,
  ends: { readonly events: number; readonly outcomes: number },
): Promise<Checkpoint | undefined> {
  const { shard, store, log, topics } = options
  const checkpoint = store.checkpoint(shard)
  if (!checkpoint || checkpoint.clusterId !== log.clusterId) return undefined
  if (checkpoint.events > ends.events || checkpoint.outcomes > ends.outcomes) return undefined
  if (!checkpoint.lastEvent) return checkpoint.events === 0 ? checkpoint : undefined
  const { offset, id } = checkpoint.lastEvent
  const at = { topic: topics.events, partition: shard }
  const reader = log.reader({ from: [{ ...at, offset }] })
  try {
    const batches = reader[Symbol.asyncIterator]()
    while (reader.position(at) <= offset) {
      const { records } = await nextBatch(batches, options, () => reader.position(at), ends.events)
      const [record] = records
      const envelope = record && eventEnvelope(record)
      if (envelope) return record.offset === offset && eventId(envelope) === id ? checkpoint : undefined
    }
    return undefined
  } finally {
    await reader.close()
  }
}
