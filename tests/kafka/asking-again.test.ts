import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect, onTestFinished, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { proxiedBroker } from './proxied-broker.fixture.js'
import { newRecord, newTopic, values } from './records.fixture.js'

/** What kafkajs does unless it is told otherwise; where NODE_ENV is test, it is more patient and asks sooner. */
const retry = { initialRetryTime: 300, maxRetryTime: 30_000, factor: 0.2, multiplier: 2, retries: 5 }

/** More than kafkajs tries. */
const losses = 8

// K8: an idempotent producer of kafkajs gives up after five repetitions, whatever its documentation says.
test('a batch is sent again for longer than kafkajs does, and is there once', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const soon = { ...retry, initialRetryTime: 5, maxRetryTime: 10 }
  const theirs = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({ idempotent: true, retry: soon })
  onTestFinished(() => theirs.disconnect())
  await theirs.connect()
  const ours = await log.producer()
  await ours.send([newRecord(topic, 'before')])
  const lose = () => Array.from({ length: losses }, () => faults.next('Produce', { kind: 'lose request' }))
  lose()
  await expect(theirs.send({ topic, messages: [{ partition: 0, value: 'theirs' }] })).rejects.toMatchObject({ name: 'KafkaJSNumberOfRetriesExceeded' })
  expect(faults.total).toBe(1 + retry.retries)
  lose()
  await ours.send([newRecord(topic, 'after')])
  expect(faults.total).toBe(2 * losses)
  expect(await values(log, topic)).toEqual(['before', 'after'])
})

// K8: kafkajs asks five times for the identity of a transactional producer, whatever it is told about repetitions.
test('a writer is opened though the first questions for its identity get lost', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  for (let index = 0; index < losses; index++) faults.next('InitProducerId', { kind: index % 2 === 0 ? 'lose request' : 'lose answer' })
  const writer = await log.writer(randomUUID())
  expect(faults.total).toBe(losses)
  await writer.commit({ records: [newRecord(topic, 'a')] })
  expect(await values(log, topic)).toEqual(['a'])
})

// K12: kafkajs asks the partitioner again for what it sends again.
test('records that are sent again stay in their partitions, in order', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log, 4)
  const producer = await log.producer()
  const rounds = Array.from({ length: 10 }, (_, round) => `${round}`)
  for (const round of rounds) {
    faults.next('Produce', { kind: 'lose answer' })
    await producer.send([3, 1, 0, 2].map(partition => newRecord(topic, `${round} of ${partition}`, { partition, key: '' })))
  }
  expect(faults.total).toBe(rounds.length)
  for (const partition of [0, 1, 2, 3]) expect(await values(log, topic, partition)).toEqual(rounds.map(round => `${round} of ${partition}`))
})
