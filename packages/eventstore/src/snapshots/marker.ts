import { type Clock, messageDefinition } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { learnSchema } from '../codec/learn-schema.js'
import type { Log, LogRecord } from '../log/log.js'
import type { AppTopics } from '../records/topics.js'
import { nextBatch } from '../replay/next-batch.js'
import { replayReader } from '../replay/replay-reader.js'
import type { Checkpoint } from '../state/checkpoint.js'
import { markerKey, SnapshotMarker } from './snapshot-records.js'

/** What a complete snapshot covers. */
export interface Marker extends Pick<Checkpoint, 'clusterId' | 'events' | 'outcomes' | 'inbox' | 'lastEvent' | 'stateVersions'> {
  /** Offset of the marker's own record. */
  readonly offset: number
  /** When the snapshot was complete, in milliseconds since 1970. */
  readonly at: number
  /** Offset of the snapshots topic from which on its records count. */
  readonly from: number
  /** How many parts of ids each hour has. */
  readonly hours: Readonly<Record<string, number>>
}

export interface MarkerOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly log: Log
  readonly codec: Codec
  readonly clock: Clock
  /** Ends all reading when it is aborted. */
  readonly signal?: AbortSignal
}

/** How many offsets at the end of the topic are looked at first, and by what factor more each time that no marker is there. */
const firstWindow = 100
const growth = 10

/** The last marker of a shard's snapshots, looked for from the end backwards; undefined when there is none. Rejects with RESTORE_STALLED or the log's errors. */
export async function lastMarker(options: MarkerOptions): Promise<Marker | undefined> {
  const { shard, topics, log, codec } = options
  const begin = (await log.admin.beginOffsets(topics.snapshots))[shard] as number
  const end = (await log.admin.endOffsets(topics.snapshots))[shard] as number
  for (let to = end, window = firstWindow; to > begin; window *= growth) {
    const from = Math.max(begin, to - window)
    const record = await lastMarkerWithin(options, from, to)
    if (record) return markerOf(codec, record)
    to = from
  }
  return undefined
}

async function lastMarkerWithin(options: MarkerOptions, from: number, to: number): Promise<LogRecord | undefined> {
  const { shard, topics, codec, clock } = options
  const at = { topic: topics.snapshots, partition: shard }
  const reader = replayReader(options, [{ ...at, offset: from }])
  let found: LogRecord | undefined
  try {
    const batches = reader[Symbol.asyncIterator]()
    while (reader.position(at) < to) {
      const { records } = await nextBatch(batches, { shard, topic: at.topic, clock }, () => reader.position(at), to)
      for (const record of records) if (record.key === markerKey && record.value && record.offset < to) found = record
    }
  } finally {
    await reader.close()
  }
  const learning = found?.value && learnSchema(codec, found.value)
  if (learning) await learning
  return found
}

function markerOf(codec: Codec, { offset, timestamp, value }: LogRecord): Marker {
  const { lastEventOffset, lastEventId, inbox, ...marker } = codec.decode(messageDefinition(SnapshotMarker), value as Buffer) as InstanceType<
    typeof SnapshotMarker
  >
  const lastEvent = lastEventOffset === undefined ? undefined : { offset: lastEventOffset, id: lastEventId ?? '' }
  return { ...marker, inbox, lastEvent, offset, at: timestamp }
}
