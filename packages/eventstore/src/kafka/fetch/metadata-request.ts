import type { ProtocolRequest } from '../driver/cluster.js'
import { ByteReader } from './byte-reader.js'
import { encoded } from './encoded.js'

const api = { apiKey: 3, apiVersion: 6, apiName: 'Metadata' }

/** Where the partitions of topics are led. Codes are Kafka's, 0 for none. */
export interface TopicMetadata {
  readonly topic: string
  readonly code: number
  /** Kafka's own, such as the one of the groups' offsets. */
  readonly isInternal: boolean
  /** `leader` is a broker's node id, or -1 while there is none. */
  readonly partitions: readonly { readonly partition: number; readonly leader: number }[]
}

export interface ClusterMetadata {
  readonly clusterId: string
  /** A broker that takes requests to create and delete topics. */
  readonly controller: number
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly topics: readonly TopicMetadata[]
}

/** Asks where these topics are led, or all of them, each topic for itself. kafkajs gives nothing at all when one partition of one topic has no leader just now. */
export function metadataRequest(topics: readonly string[] | undefined): ProtocolRequest<ClusterMetadata> {
  return {
    request: { ...api, encode: async () => encoded(encode(topics)) },
    response: { decode: async payload => decode(payload), parse: async metadata => metadata as ClusterMetadata },
  }
}

function encode(topics: readonly string[] | undefined): Buffer {
  const count = Buffer.alloc(4)
  count.writeInt32BE(topics?.length ?? -1)
  const names = (topics ?? []).flatMap(topic => {
    const name = Buffer.from(topic)
    const length = Buffer.alloc(2)
    length.writeInt16BE(name.length)
    return [length, name]
  })
  // The last byte: create nothing.
  return Buffer.concat([count, ...names, Buffer.alloc(1)])
}

function decode(payload: Buffer): ClusterMetadata & { readonly clientSideThrottleTime: number } {
  const reader = new ByteReader(payload)
  const clientSideThrottleTime = reader.int32()
  const brokers = reader.list(() => {
    const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
    reader.string() // rack
    return broker
  })
  const clusterId = reader.string()
  const controller = reader.int32()
  const topics = reader.list(() => {
    const code = reader.int16()
    const topic = reader.string()
    const isInternal = reader.int8() === 1
    return { topic, code, isInternal, partitions: reader.list(() => partitionIn(reader)) }
  })
  return { clientSideThrottleTime, clusterId, controller, brokers, topics }
}

function partitionIn(reader: ByteReader): { partition: number; leader: number } {
  reader.int16()
  const place = { partition: reader.int32(), leader: reader.int32() }
  for (let list = 0; list < 3; list++) reader.list(() => reader.int32()) // replicas: all, in sync, offline
  return place
}
