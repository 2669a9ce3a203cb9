import type { TopicOffset, TopicPartition } from '../../log/log.js'
import type { Broker, ProtocolRequest } from '../driver/cluster.js'
import { ByteReader } from '../fetch/byte-reader.js'
import { encoded } from '../fetch/encoded.js'
import { ProtocolFailure } from './protocol-failure.js'

/** Version 7 is the first that can ask for stable offsets: brokers take it since Kafka 2.5. kafkajs ends at 4 (K5 of design.md). */
const api = { apiKey: 9, apiVersion: 7, apiName: 'OffsetFetch' }
const unstable = 88

/** Where a group stands. */
export interface GroupOffsets {
  readonly offsets: readonly TopicOffset[]
  /** Partitions whose offset an open transaction may still change, or one whose commit the group's coordinator has not heard of yet. */
  readonly unstable: readonly TopicPartition[]
}

/** Asks a group's coordinator for all offsets that the group has committed. With `requireStable`, those that an open transaction may change are not told. Rejects with a ProtocolFailure. */
export async function groupOffsets(coordinator: Broker, group: string, requireStable: boolean): Promise<GroupOffsets> {
  const { code, partitions } = await coordinator.connectionPool.send(offsetFetchRequest(group, requireStable))
  if (code !== 0) throw new ProtocolFailure('OffsetFetch', code)
  const failed = partitions.find(answer => answer.code !== 0 && answer.code !== unstable)
  if (failed) throw new ProtocolFailure('OffsetFetch', failed.code, failed)
  return {
    offsets: partitions.flatMap(({ topic, partition, offset, code: found }) => (found === 0 && offset >= 0 ? [{ topic, partition, offset }] : [])),
    unstable: partitions.flatMap(({ topic, partition, code: found }) => (found === unstable ? [{ topic, partition }] : [])),
  }
}

interface Answer {
  readonly code: number
  readonly partitions: readonly (TopicOffset & { readonly code: number })[]
}

function offsetFetchRequest(group: string, requireStable: boolean): ProtocolRequest<Answer> {
  const name = Buffer.from(group)
  // No tags in the header; group; all topics; whether stable; no tags. Compact lengths are one more than the length.
  const buffer = Buffer.concat([Buffer.from([0]), unsignedVarint(name.length + 1), name, Buffer.from([0, requireStable ? 1 : 0, 0])])
  return {
    request: { ...api, encode: async () => encoded(buffer) },
    response: { decode: async payload => decode(payload), parse: async answer => answer as Answer },
  }
}

function decode(payload: Buffer): Answer & { readonly clientSideThrottleTime: number } {
  const reader = new ByteReader(payload)
  tags(reader)
  const clientSideThrottleTime = reader.int32()
  const partitions: (TopicOffset & { code: number })[] = []
  for (let topics = compactLength(reader); topics > 0; topics--) {
    const topic = compactString(reader)
    for (let count = compactLength(reader); count > 0; count--) {
      const partition = reader.int32()
      const offset = reader.int64()
      reader.int32() // leader epoch
      compactString(reader) // metadata
      partitions.push({ topic, partition, offset, code: reader.int16() })
      tags(reader)
    }
    tags(reader)
  }
  return { clientSideThrottleTime, partitions, code: reader.int16() }
}

function compactString(reader: ByteReader): string {
  const length = compactLength(reader)
  reader.at += length
  return reader.bytes.toString('utf8', reader.at - length, reader.at)
}

/** Null counts as empty. */
function compactLength(reader: ByteReader): number {
  return Math.max(0, readUnsignedVarint(reader) - 1)
}

/** Passes over the fields that newer brokers may add. */
function tags(reader: ByteReader): void {
  for (let count = readUnsignedVarint(reader); count > 0; count--) {
    readUnsignedVarint(reader)
    const length = readUnsignedVarint(reader)
    reader.at += length
  }
}

function readUnsignedVarint(reader: ByteReader): number {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = reader.bytes.readUInt8(reader.at++)
    value |= (byte & 127) << shift
    if (byte < 128) return value
  }
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
