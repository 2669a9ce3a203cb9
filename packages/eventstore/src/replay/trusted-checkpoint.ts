import type { Clock } from '@ottla/core'
import type { Log } from '../log/log.js'
import { eventEnvelope, eventId } from '../records/event-record.js'
import type { AppTopics } from '../records/topics.js'
import type { Checkpoint } from '../state/checkpoint.js'
import { nextBatch } from './next-batch.js'
import { replayReader } from './replay-reader.js'

export interface TrustOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly log: Log
  readonly clock: Clock
  /** Ends all reading when it is aborted. */
  readonly signal?: AbortSignal
}

/** Whether what goes up to this checkpoint, a state store or a snapshot, was built from this log: same cluster, not beyond its ends, the same event at its last offset. */
export async function isOfThisLog(
  options: TrustOptions,
  checkpoint: Pick<Checkpoint, 'clusterId' | 'events' | 'outcomes' | 'lastEvent'>,
  ends: { readonly events: number; readonly outcomes: number },
): Promise<boolean> {
  const { shard, log, topics, clock } = options
  if (checkpoint.clusterId !== log.clusterId) return false
  if (checkpoint.events > ends.events || checkpoint.outcomes > ends.outcomes) return false
  if (!checkpoint.lastEvent) return checkpoint.events === 0
  const { offset, id } = checkpoint.lastEvent
  const at = { topic: topics.events, partition: shard }
  const reader = replayReader(options, [{ ...at, offset }])
  try {
    const batches = reader[Symbol.asyncIterator]()
    while (reader.position(at) <= offset) {
      const { records } = await nextBatch(batches, { shard, topic: at.topic, clock }, () => reader.position(at), ends.events)
      const [record] = records
      const envelope = record && eventEnvelope(record)
      if (envelope) return record.offset === offset && eventId(envelope) === id
    }
    return false
  } finally {
    await reader.close()
  }
}
