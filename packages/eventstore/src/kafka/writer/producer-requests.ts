import type { TopicOffset, TopicPartition } from '../../log/log.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { ProtocolFailure } from '../client/protocol-failure.js'
import type { Broker, ProtocolRequest } from '../driver/cluster.js'

/** Who the broker takes this producer for. A later one with the same transactional id has a greater epoch. */
export interface ProducerIdentity {
  readonly transactionalId: string | undefined
  readonly producerId: string
  readonly producerEpoch: number
}

export interface EncodedBatch extends TopicPartition {
  readonly bytes: Buffer
}

/** A broker's answer for one partition. */
export interface PartitionAnswer extends TopicPartition {
  readonly code: number
  /** Of the first record. */
  readonly offset: number
}

interface Encoder {
  writeString(value: string | null): Encoder
  writeInt16(value: number): Encoder
  writeInt32(value: number): Encoder
  writeBytes(value: Buffer): Encoder
  readonly buffer: Buffer
}

type Definition = { readonly protocol: (version: { readonly version: number }) => (payload: object) => ProtocolRequest<unknown> }

/**
 * The requests of transactions and of idempotent producing, one by one and with the error code of each partition. kafkajs has them too, but asks for the
 * coordinator before each, sends them again in ways that write twice (K1, K2 of design.md) and tells the first error only.
 */
export class ProducerRequests {
  private readonly definitions: Record<string, Definition>
  private readonly Encoder: new () => Encoder
  readonly crc32c: (bytes: Buffer) => number

  constructor(
    client: KafkaClient,
    private readonly timeout: number,
  ) {
    this.definitions = (client.source('protocol/requests/index.js') as { requests: Record<string, Definition> }).requests
    this.Encoder = client.source('protocol/encoder.js') as new () => Encoder
    this.crc32c = client.source('protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number
  }

  /** Fences every earlier producer with the transactional id and aborts what it has open, or makes an identity for a producer without transactions. */
  async initProducerId(broker: Broker, transactionalId: string | undefined, transactionTimeout: number): Promise<ProducerIdentity> {
    const answer = await this.ask<{ producerId: string; producerEpoch: number }>(broker, 'InitProducerId', 1, { transactionalId, transactionTimeout })
    return { transactionalId, producerId: answer.producerId, producerEpoch: answer.producerEpoch }
  }

  async addPartitions(broker: Broker, identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    type Answer = { errors: { topic: string; partitionErrors: { partition: number; errorCode: number }[] }[] }
    const topics = byTopic(partitions, ({ partition }) => partition)
    const { errors } = await this.ask<Answer>(broker, 'AddPartitionsToTxn', 1, { ...identity, topics })
    // Partitions that were not tried because of another one come after it.
    const failures = errors
      .flatMap(({ topic, partitionErrors }) => partitionErrors.map(error => ({ topic, ...error })))
      .filter(({ errorCode }) => errorCode !== 0)
    const [failure] = failures.sort((a, b) => Number(a.errorCode === notAttempted) - Number(b.errorCode === notAttempted))
    if (failure) throw new ProtocolFailure('AddPartitionsToTxn', failure.errorCode, failure)
  }

  /** All batches in one request; each partition may have one only. Answers per partition, errors included. */
  async produce(broker: Broker, transactionalId: string | undefined, batches: readonly EncodedBatch[]): Promise<readonly PartitionAnswer[]> {
    type Answer = { topics: { topicName: string; partitions: { partition: number; errorCode: number; baseOffset: string }[] }[] }
    const { response } = this.definition('Produce', 7)({ topicData: [], acks: -1, timeout: this.timeout })
    const payload = this.encodeProduce(transactionalId, batches)
    const request = { apiKey: 0, apiVersion: 7, apiName: 'Produce', encode: async () => payload }
    const { topics } = await broker.connectionPool.send<Answer>({ request, response: { decode: response.decode, parse: asIs } })
    return topics.flatMap(({ topicName: topic, partitions }) =>
      partitions.map(({ partition, errorCode, baseOffset }) => ({ topic, partition, code: errorCode, offset: Number(baseOffset) })),
    )
  }

  async addOffsets(broker: Broker, identity: ProducerIdentity, groupId: string): Promise<void> {
    await this.ask(broker, 'AddOffsetsToTxn', 1, { ...identity, groupId })
  }

  /** To the group's coordinator. */
  async commitOffsets(broker: Broker, identity: ProducerIdentity, groupId: string, offsets: readonly TopicOffset[]): Promise<void> {
    type Answer = { topics: { topic: string; partitions: { partition: number; errorCode: number }[] }[] }
    const topics = byTopic(offsets, ({ partition, offset }) => ({ partition, offset: String(offset), metadata: null }))
    const answer = await this.ask<Answer>(broker, 'TxnOffsetCommit', 1, { ...identity, groupId, topics })
    for (const { topic, partitions } of answer.topics) {
      for (const { partition, errorCode } of partitions) if (errorCode !== 0) throw new ProtocolFailure('TxnOffsetCommit', errorCode, { topic, partition })
    }
  }

  async endTransaction(broker: Broker, identity: ProducerIdentity, isCommit: boolean): Promise<void> {
    await this.ask(broker, 'EndTxn', 1, { ...identity, transactionResult: isCommit })
  }

  private async ask<T>(broker: Broker, apiName: string, version: number, payload: object): Promise<T> {
    const { request, response } = this.definition(apiName, version)(payload)
    const answer = await broker.connectionPool.send<T & { errorCode?: number }>({ request, response: { decode: response.decode, parse: asIs } })
    if (answer.errorCode) throw new ProtocolFailure(apiName, answer.errorCode)
    return answer
  }

  private definition(apiName: string, version: number) {
    return (this.definitions[apiName] as Definition).protocol({ version })
  }

  private encodeProduce(transactionalId: string | undefined, batches: readonly EncodedBatch[]): { buf: Buffer; buffer: Buffer } {
    const topics = byTopic(batches, batch => batch)
    const head = (write: (encoder: Encoder) => Encoder) => write(new this.Encoder()).buffer
    const parts = [
      head(encoder =>
        encoder
          .writeString(transactionalId ?? null)
          .writeInt16(-1)
          .writeInt32(this.timeout)
          .writeInt32(topics.length),
      ),
    ]
    for (const { topic, partitions } of topics) {
      parts.push(head(encoder => encoder.writeString(topic).writeInt32(partitions.length)))
      for (const { partition, bytes } of partitions)
        parts.push(
          head(encoder => encoder.writeInt32(partition).writeInt32(bytes.length)),
          bytes,
        )
    }
    const buffer = Buffer.concat(parts)
    return { buf: buffer, buffer }
  }
}

const notAttempted = 55

async function asIs<T>(decoded: unknown): Promise<T> {
  return decoded as T
}

function byTopic<P extends TopicPartition, T>(places: readonly P[], entry: (place: P) => T): { readonly topic: string; readonly partitions: T[] }[] {
  const topics = new Map<string, T[]>()
  for (const place of places) {
    const entries = topics.get(place.topic)
    if (entries) entries.push(entry(place))
    else topics.set(place.topic, [entry(place)])
  }
  return Array.from(topics, ([topic, partitions]) => ({ topic, partitions }))
}
