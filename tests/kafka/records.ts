import { Kafka, logLevel } from 'kafkajs'

/** Talks to brokers past Ottla, with kafkajs as it comes. */
export class Records {
  readonly #kafka: Kafka

  constructor(brokers: readonly string[]) {
    this.#kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 } })
  }

  /** Makes a topic with one partition, with as many replicas as the brokers' own default. */
  async createTopic(topic: string): Promise<void> {
    const admin = this.#kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: -1 }], waitForLeaders: true })
    await admin.disconnect()
  }

  /** Resolves when all in-sync replicas have the record. */
  async produce(topic: string, value: string): Promise<void> {
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ value }] })
    await producer.disconnect()
  }

  /** The first `count` records of the topic; waits for them. */
  async consume(topic: string, count: number): Promise<string[]> {
    const consumer = this.#kafka.consumer({ groupId: `${topic}-${count}` })
    const values: string[] = []
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>(resolve => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          values.push(`${message.value}`)
          if (values.length === count) resolve()
        },
      })
    })
    await consumer.disconnect()
    return values
  }

  /** The leader of the topic's partition and the brokers in sync, as ids from 1. */
  async placeOf(topic: string): Promise<{ leader: number; inSync: number[] }> {
    const admin = this.#kafka.admin()
    await admin.connect()
    const partition = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions[0]
    await admin.disconnect()
    return { leader: partition?.leader ?? -1, inSync: [...(partition?.isr ?? [])].sort() }
  }
}
