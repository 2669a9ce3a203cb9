import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { committed, newRecord, newTopic, values } from './records.fixture.js'

const brokers = inject('kafkaBrokers')

// K7: kafkajs does not ask again when the coordinator still completes the transaction before, where the offsets come first.
test('a group’s offset is committed alone, one transaction after another', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const writer = await log.writer(randomUUID())
  const group = randomUUID()
  for (let offset = 0; offset < 100; offset++) await writer.commit({ records: [], consumed: { group, offsets: [{ topic, partition: 0, offset }] } })
  expect((await log.admin.groupLag(group))[0]?.committed).toBe(99)
})

// K5: the broker answers an offset from before the transaction while one is open.
test('a group’s offset is final after the fence, though a transaction was open on it', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const [id, group] = [randomUUID(), randomUUID()]
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const open = await producer.transaction()
  await open.send({ topic, messages: [{ partition: 0, value: 'open' }] })
  await open.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition: 0, offset: '7' }] }] })
  await log.writer(id)
  expect(await log.admin.groupLag(group)).toEqual([])
  expect(await values(log, topic)).toEqual([])
  await expect(open.commit()).rejects.toThrow()
  expect(await log.admin.groupLag(group)).toEqual([])
  await producer.disconnect()
})

// K3: kafkajs's own filter shows some of these.
test('nothing of aborted transactions is read, however they interleave, and nothing of committed ones is lost', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const producers = await Promise.all(
    ['a', 'b', 'c'].map(async () => {
      const producer = kafka.producer({
        transactionalId: randomUUID(),
        idempotent: true,
        maxInFlightRequests: 1,
        retry: { initialRetryTime: 1, maxRetryTime: 50, retries: 50 },
      })
      await producer.connect()
      return producer
    }),
  )
  const kept: string[] = []
  for (let round = 0; round < 12; round++) {
    const open = await Promise.all(producers.map(producer => producer.transaction()))
    const fates = open.map((_, index) => ((round >> index) & 1 ? 'commit' : 'abort'))
    for (let step = 0; step < 3; step++) {
      for (const [index, transaction] of open.entries()) {
        const value = `${round}.${index}.${step}.${fates[index]}`
        await transaction.send({ topic, messages: [{ partition: 0, key: step === 1 ? Buffer.alloc(4) : 'key', value }] })
        if (fates[index] === 'commit') kept.push(value)
      }
    }
    // The ends come in another order than the beginnings.
    for (const index of round % 2 ? [2, 0, 1] : [1, 2, 0]) await open[index]?.[fates[index] as 'commit' | 'abort']()
  }
  expect(await values(log, topic)).toEqual(kept)
  for (const producer of producers) await producer.disconnect()
})

test('what one request cannot hold is committed in several batches, all or nothing', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log, 2)
  const writer = await log.writer(randomUUID())
  const records = Array.from({ length: 3_000 }, (_, index) => newRecord(topic, `${index}`.padEnd(1_500, 'x'), { partition: index % 2 }))
  const offsets = await writer.commit({ records })
  const read = [await committed(log, topic, 0), await committed(log, topic, 1)]
  expect(offsets).toEqual(records.map(({ partition }, index) => read[partition]?.[Math.floor(index / 2)]?.offset))
  expect(read.map(part => part.map(({ value }) => String(value)))).toEqual(
    [0, 1].map(part => records.filter(({ partition }) => partition === part).map(({ value }) => String(value))),
  )
})

test('a topic that takes only small batches is given small ones, and a single record that is too large is refused', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  await configure(topic, 'max.message.bytes', '10000')
  const records = Array.from({ length: 40 }, (_, index) => newRecord(topic, `${index}`.padEnd(2_000, 'x')))
  await (await log.writer(randomUUID())).commit({ records })
  expect(await values(log, topic)).toEqual(records.map(({ value }) => String(value)))
  const refused = (await log.writer(randomUUID())).commit({ records: [newRecord(topic, 'small'), newRecord(topic, 'x'.repeat(20_000))] })
  await expect(refused).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE', details: { topic } })
  const producer = await log.producer()
  const large = producer.send([newRecord(topic, 'x'.repeat(20_000))])
  await Promise.all([producer.send([newRecord(topic, 'beside')]), expect(large).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })])
  expect((await values(log, topic)).slice(40)).toEqual(['beside'])
})

test('readers do not wait for a commit that was given up', async () => {
  const log = await openKafkaLog(brokers, { transactionTimeout: 600_000 })
  const topic = await newTopic(log, 2)
  await configure(topic, 'max.message.bytes', '10000')
  const writer = await log.writer(randomUUID())
  const commit = writer.commit({ records: [newRecord(topic, 'given up'), newRecord(topic, 'x'.repeat(20_000), { partition: 1 })] })
  await expect(commit).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
  await (await log.writer(randomUUID())).commit({ records: [newRecord(topic, 'next')] })
  expect(await values(log, topic)).toEqual(['next'])
})

// K12: a record without a partition may land elsewhere when kafkajs sends it again. kafkajs also writes the present time in place of 0.
test('key, tombstone, headers, any timestamp and partition arrive as they were given', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log, 3)
  const writer = await log.writer(randomUUID())
  const records = [0, 999, 10_000_000_000, 1_700_000_000_000].map((timestamp, index) =>
    newRecord(topic, '', { partition: 2, timestamp, value: index ? Buffer.from([index]) : null, headers: { b: 'x', a: '', é: '😀', 1: 'one' } }),
  )
  await writer.commit({ records })
  const read = (await committed(log, topic, 2)).map(({ key, value, headers, timestamp }) => ({ key, value, headers, timestamp }))
  expect(read).toEqual(records.map(({ key, value, headers, timestamp }) => ({ key, value, headers, timestamp })))
})

async function configure(topic: string, name: string, value: string): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: 2,
        name: topic,
        configEntries: [
          { name, value },
          { name: 'retention.ms', value: '-1' },
        ],
      },
    ],
  })
  await admin.disconnect()
}
