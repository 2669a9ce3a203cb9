import { randomUUID } from 'node:crypto'
import { type KafkaCluster, kafkaSource, startKafka } from '@ottla/testing/kafka'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { newRecord, values } from './records.fixture.js'

// K1: one transactional send of kafkajs that spans brokers writes records twice when one of them has to be asked again.
describe.skipIf((await kafkaSource()) === 'environment')('a transaction whose partitions are on three brokers', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka({ brokers: 3 })
  }, 120_000)
  afterAll(() => cluster?.stop())

  test('writes each record once, through 100 transactions one after another', async () => {
    const log = await openKafkaLog(cluster.brokers)
    const topic = randomUUID()
    await log.admin.ensureTopics([{ name: topic, partitions: 6 }])
    const writer = await log.writer(randomUUID())
    const group = randomUUID()
    for (let round = 0; round < 100; round++) {
      const records = Array.from({ length: 6 }, (_, partition) => newRecord(topic, `${round}`, { partition }))
      await writer.commit({ records, consumed: { group, offsets: [{ topic, partition: 0, offset: round }] } })
    }
    for (let partition = 0; partition < 6; partition++)
      expect(await values(log, topic, partition)).toEqual(Array.from({ length: 100 }, (_, round) => `${round}`))
  })

  test('a topic is replicated on all three, and two must have a record', async () => {
    const log = await openKafkaLog(cluster.brokers)
    const topic = randomUUID()
    await log.admin.ensureTopics([{ name: topic, partitions: 1 }])
    await cluster.stopBroker(2)
    await (await log.writer(randomUUID())).commit({ records: [newRecord(topic, 'a')] })
    await cluster.startBroker(2)
    expect(await values(log, topic)).toEqual(['a'])
  })
})
