import { createRequire } from 'node:module'
import type { Kafka, logLevel, Message, Producer } from 'kafkajs'

/** The copy whose timers Ottla has quietened: the original's would slow down both sides. So it is loaded after an app has been started. */
const load = () => createRequire(import.meta.url)('kafkajs') as { readonly Kafka: typeof Kafka; readonly logLevel: typeof logLevel }

/** kafkajs alone, as fast as it can be used without risk: what Ottla's speed is measured against. */
export class RawProducers {
  /** The last transaction that was asked for in each partition. */
  private readonly latest = new Map<number, Promise<void>>()

  private constructor(
    private readonly producers: readonly Producer[],
    private readonly topic: string,
  ) {}

  /** One transactional producer for each of the partitions, as many as an app has busy shards. */
  static async open(brokers: readonly string[], topic: string, partitions: number): Promise<RawProducers> {
    const { Kafka, logLevel } = load()
    const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: -1 }], waitForLeaders: true })
    await admin.disconnect()
    // The retry of kafka-clients.md: the default one waits 300 ms between two transactions.
    const retry = { initialRetryTime: 1, maxRetryTime: 100, retries: 100 }
    const producers = Array.from({ length: partitions }, (_, partition) =>
      kafka.producer({ transactionalId: `${topic}.${partition}`, idempotent: true, maxInFlightRequests: 1, retry }),
    )
    await Promise.all(producers.map(producer => producer.connect()))
    return new RawProducers(producers, topic)
  }

  /** Commits `count` records, `batch` to a transaction, each producer in its own partition; gives the records per second. */
  async transactions(count: number, batch: number, record: Message): Promise<number> {
    let left = count
    const started = performance.now()
    const loop = async (_: Producer, partition: number) => {
      while (left > 0) {
        const size = Math.min(batch, left)
        left -= size
        await this.transaction(partition, size, record)
      }
    }
    await Promise.all(this.producers.map(loop))
    return (count * 1000) / (performance.now() - started)
  }

  /**
   * Commits transactions for some seconds, each of one record in `spread` partitions, all producers at a time; gives the transactions per second. One send for all
   * partitions is faster than what is safe: kafkajs may double records of a send that spans brokers (K1 in docs/reference/kafkajs-facts.md).
   */
  async spreadTransactions(seconds: number, spread: number, record: Message): Promise<number> {
    const { topic, producers } = this
    const end = performance.now() + seconds * 1_000
    let count = 0
    const loop = async (producer: Producer, first: number) => {
      const messages = Array.from({ length: spread }, (_, index) => ({ ...record, partition: (first + index) % producers.length }))
      for (; performance.now() < end; count++) {
        const transaction = await producer.transaction()
        await transaction.send({ topic, messages })
        await transaction.commit()
      }
    }
    await Promise.all(producers.map(loop))
    return count / seconds
  }

  /** One transaction, after those of the partition that were asked for before, since a producer has one at a time; gives the milliseconds from the call on. */
  async transaction(partition: number, size: number, record: Message): Promise<number> {
    const started = performance.now()
    const before = this.latest.get(partition)
    const ended = this.afterThat(before, partition, size, record)
    this.latest.set(partition, ended)
    await ended
    return performance.now() - started
  }

  private async afterThat(before: Promise<void> | undefined, partition: number, size: number, record: Message): Promise<void> {
    await before
    const transaction = await (this.producers[partition] as Producer).transaction()
    await transaction.send({ topic: this.topic, messages: Array.from({ length: size }, () => ({ ...record, partition })) })
    await transaction.commit()
  }

  async close(): Promise<void> {
    await Promise.all(this.producers.map(producer => producer.disconnect()))
  }
}

/** Produces `count` records with acks=all and without transactions, `batch` to a send, one producer per partition; gives the records per second. */
export async function producePlainly(
  brokers: readonly string[],
  topic: string,
  partitions: number,
  count: number,
  batch: number,
  record: Message,
): Promise<number> {
  const { Kafka, logLevel } = load()
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const producers = Array.from({ length: partitions }, () => kafka.producer())
  await Promise.all(producers.map(producer => producer.connect()))
  let left = count
  const started = performance.now()
  await Promise.all(
    producers.map(async (producer, partition) => {
      while (left > 0) {
        const size = Math.min(batch, left)
        left -= size
        await producer.send({ topic, acks: -1, messages: Array.from({ length: size }, () => ({ ...record, partition })) })
      }
    }),
  )
  const rate = (count * 1000) / (performance.now() - started)
  await Promise.all(producers.map(producer => producer.disconnect()))
  return rate
}
