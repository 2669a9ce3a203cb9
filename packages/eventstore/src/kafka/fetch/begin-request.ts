import type { TopicPartition } from '../../log/log.js'
import { ProtocolFailure } from '../client/protocol-failure.js'
import type { ProtocolRequest } from '../driver/cluster.js'
import { ByteReader } from './byte-reader.js'
import { encoded } from './encoded.js'

const api = { apiKey: 2, apiVersion: 3, apiName: 'ListOffsets' }
const earliest = -2n

/** Asks a partition's leader for the first offset that is still there. Rejects with a ProtocolFailure. */
export function beginRequest({ topic, partition }: TopicPartition): ProtocolRequest<number> {
  return {
    request: { ...api, encode: async () => encoded(encode(topic, partition)) },
    response: { decode: async payload => decode(payload), parse: async answer => beginOf(answer as Answer, { topic, partition }) },
  }
}

interface Answer {
  readonly clientSideThrottleTime: number
  readonly code: number
  readonly offset: number
}

function encode(topic: string, partition: number): Buffer {
  const name = Buffer.from(topic)
  const head = Buffer.alloc(11)
  head.writeInt32BE(-1, 0) // no replica; then the isolation level, which does not matter for the begin
  head.writeInt32BE(1, 5)
  head.writeInt16BE(name.length, 9)
  const place = Buffer.alloc(16)
  place.writeInt32BE(1, 0)
  place.writeInt32BE(partition, 4)
  place.writeBigInt64BE(earliest, 8)
  return Buffer.concat([head, name, place])
}

function decode(payload: Buffer): Answer {
  const reader = new ByteReader(payload)
  const clientSideThrottleTime = reader.int32()
  const [answer] = reader.list(() => {
    reader.string() // topic
    return reader.list(() => {
      reader.int32() // partition
      const code = reader.int16()
      reader.int64() // timestamp
      return { code, offset: reader.int64() }
    })
  })
  return { clientSideThrottleTime, ...(answer?.[0] ?? { code: -1, offset: -1 }) }
}

function beginOf({ code, offset }: Answer, place: TopicPartition): number {
  if (code !== 0) throw new ProtocolFailure('ListOffsets', code, place)
  return offset
}
