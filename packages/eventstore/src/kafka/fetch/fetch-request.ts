import type { TopicOffset, TopicPartition } from '../../log/log.js'
import type { ProtocolRequest } from '../driver/cluster.js'
import { ByteReader } from './byte-reader.js'
import type { FetchedRecords } from './committed-records.js'
import { encoded } from './encoded.js'

/** Version 11 is what kafkajs speaks, too: brokers take it since Kafka 2.3. */
const api = { apiKey: 1, apiVersion: 11, apiName: 'Fetch' }
const readCommitted = 1

/** What to fetch of a partition. */
export interface FetchPlace extends TopicOffset {
  /** At most so many bytes, unless the first record batch is larger. */
  readonly bytes: number
}

export interface FetchRequest {
  readonly places: readonly FetchPlace[]
  /** How long the broker waits for the first byte, in milliseconds. */
  readonly wait: number
  /** At most so many bytes of all partitions together, unless the first record batch is larger. */
  readonly bytes: number
}

/** What the broker says of one partition. */
export interface FetchedPartition extends TopicPartition, FetchedRecords {
  /** Kafka's error code, 0 for none. */
  readonly code: number
}

/** Kafka's error code for the whole answer, and the partitions. */
export interface FetchAnswer {
  readonly code: number
  readonly partitions: readonly FetchedPartition[]
}

/**
 * The request for committed records, with an answer that leaves their bytes as they are. kafkajs decodes all of them at once, at a fifth of the speed, does
 * not check their checksums, and forgets batches that compaction has emptied, at which a reader would stand for ever.
 */
export function fetchRequest({ places, wait, bytes }: FetchRequest): ProtocolRequest<FetchAnswer> {
  return {
    request: { ...api, encode: async () => encoded(encode(places, wait, bytes)) },
    response: {
      decode: async payload => ({ ...decode(payload), clientSideThrottleTime: payload.readInt32BE(0) }),
      parse: async answer => answer as FetchAnswer,
    },
    requestTimeout: wait + 5_000,
  }
}

function encode(places: readonly FetchPlace[], wait: number, maxBytes: number): Buffer {
  const topics = Map.groupBy(places, ({ topic }) => topic)
  const head = Buffer.alloc(29)
  head.writeInt32BE(-1, 0) // no replica
  head.writeInt32BE(wait, 4)
  head.writeInt32BE(1, 8) // answer at the first byte
  head.writeInt32BE(maxBytes, 12)
  head.writeInt8(readCommitted, 16)
  head.writeInt32BE(0, 17) // no session
  head.writeInt32BE(-1, 21)
  head.writeInt32BE(topics.size, 25)
  // No forgotten topics, and no rack.
  return Buffer.concat([head, ...[...topics].flatMap(([topic, of]) => [topicHead(topic, of.length), ...of.map(partitionOf)]), Buffer.alloc(6)])
}

function topicHead(topic: string, partitions: number): Buffer {
  const name = Buffer.from(topic)
  const head = Buffer.alloc(name.length + 6)
  head.writeInt16BE(name.length, 0)
  name.copy(head, 2)
  head.writeInt32BE(partitions, name.length + 2)
  return head
}

function partitionOf({ partition, offset, bytes }: FetchPlace): Buffer {
  const place = Buffer.alloc(28)
  place.writeInt32BE(partition, 0)
  place.writeInt32BE(-1, 4) // any leader epoch
  place.writeBigInt64BE(BigInt(offset), 8)
  place.writeBigInt64BE(-1n, 16) // only replicas say where their log begins
  place.writeInt32BE(bytes, 24)
  return place
}

function decode(payload: Buffer): FetchAnswer {
  const reader = new ByteReader(payload, 4)
  const code = reader.int16()
  reader.int32() // session
  const partitions = reader.list(() => {
    const topic = reader.string()
    return reader.list(() => partitionIn(topic, reader))
  })
  return { code, partitions: partitions.flat() }
}

function partitionIn(topic: string, reader: ByteReader): FetchedPartition {
  const partition = reader.int32()
  const code = reader.int16()
  reader.at += 24 // high watermark, last stable offset, begin
  const aborted = reader.list(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
  reader.int32() // preferred replica
  return { topic, partition, code, aborted, bytes: reader.view() ?? Buffer.alloc(0) }
}
