import type { Clock } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import type { Log } from '../log/log.js'
import { appTopics } from '../records/topics.js'
import { scanTopic } from '../streams/log-scan.js'
import { lastMarker, type Marker } from './marker.js'
import { markerKey } from './snapshot-records.js'

/** What the snapshots topic has of one shard. */
export interface SnapshotStatus {
  readonly shard: number
  /** The last complete snapshot; undefined where there is none. */
  readonly marker: Marker | undefined
  /** Where the shard's events end, and how many offsets a restore reads between the marker and there; on Kafka each transaction has one more than events. */
  readonly end: number
  readonly behind: number
  /** Keys that a restore reads, the marker not counted, and how many bytes their last records have. */
  readonly keys: number
  readonly bytes: number
}

export interface StatusOptions {
  readonly app: string
  readonly log: Log
  readonly codec: Codec
  readonly clock: Clock
}

/** How far the snapshots of each shard go; reads the whole snapshots topic, and nothing of it where the app takes none. Rejects with the log's errors. */
export async function snapshotStatus({ app, log, codec, clock }: StatusOptions): Promise<readonly SnapshotStatus[]> {
  const topics = appTopics(app)
  const exists = (await log.admin.listTopics()).some(({ name }) => name === topics.snapshots)
  const begins = await log.admin.beginOffsets(topics.events)
  const ends = await log.admin.endOffsets(topics.events)
  const sizes = ends.map(() => new Map<string, number>())
  if (exists) {
    for await (const { partition, key, value } of scanTopic({ log, codec, topic: topics.snapshots })) {
      if (key === null || key === markerKey) continue
      if (value === null) sizes[partition]?.delete(key)
      else sizes[partition]?.set(key, value.length)
    }
  }
  return Promise.all(
    ends.map(async (end, shard) => {
      const marker = exists ? await lastMarker({ shard, topics, log, codec, clock }) : undefined
      const live = sizes[shard] as Map<string, number>
      const bytes = [...live.values()].reduce((sum, size) => sum + size, 0)
      return { shard, marker, end, behind: Math.max(0, end - (marker?.events ?? begins[shard] ?? end)), keys: live.size, bytes }
    }),
  )
}
