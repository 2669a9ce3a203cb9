import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { newRecord, newTopic } from './records.fixture.js'

const brokers = inject('kafkaBrokers')

test('a new topic keeps its records for ever, whatever the cluster’s defaults are', async () => {
  const log = await openKafkaLog(brokers)
  expect(await configOf(await newTopic(log))).toMatchObject({
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'cleanup.policy': 'delete',
    'min.insync.replicas': '1',
    'unclean.leader.election.enable': 'false',
    'compression.type': 'producer',
  })
})

test.each([
  ['a retention that is shorter than wanted', { 'retention.ms': '86400000' }, {}, /retention.ms 86400000, and this app wants -1/],
  ['a limit of bytes', { 'retention.ms': '-1', 'retention.bytes': '1000000' }, {}, /retention.bytes/],
  ['leaders that were not in sync', { 'retention.ms': '-1', 'unclean.leader.election.enable': 'true' }, {}, /unclean.leader.election.enable true/],
  ['a compression that nobody here can read', { 'retention.ms': '-1', 'compression.type': 'snappy' }, {}, /compression.type snappy/],
  ['compaction that is not wanted', { 'cleanup.policy': 'compact' }, {}, /cleanup.policy compact/],
  ['compaction that is missing', { 'cleanup.policy': 'delete', 'retention.ms': '-1' }, { compacted: true }, /cleanup.policy delete/],
])('refuses a topic with %s, and creates none of the others', async (_, settings, wanted, message) => {
  const log = await openKafkaLog(brokers)
  const [topic, missing] = [randomUUID(), randomUUID()]
  await create(topic, settings)
  const ensure = log.admin.ensureTopics([
    { name: missing, partitions: 1 },
    { name: topic, partitions: 1, ...wanted },
  ])
  await expect(ensure).rejects.toMatchObject({ code: 'TOPIC_CONFIG_DIFFERS', message: expect.stringMatching(message) })
  await expect(log.admin.describeTopic(missing)).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
})

test('takes a topic whose retention an operator has made longer', async () => {
  const log = await openKafkaLog(brokers)
  const topic = randomUUID()
  await log.admin.ensureTopics([{ name: topic, partitions: 1, retention: 60_000 }])
  await log.admin.alterTopic(topic, { retention: 120_000 })
  await log.admin.ensureTopics([{ name: topic, partitions: 1, retention: 60_000 }])
})

test('changes the retention of a topic, and none of its other settings', async () => {
  const log = await openKafkaLog(brokers)
  const topic = randomUUID()
  await create(topic, { 'max.message.bytes': '12345' })
  await log.admin.alterTopic(topic, { retention: 120_000 })
  expect(await configOf(topic)).toMatchObject({ 'max.message.bytes': '12345', 'retention.ms': '120000' })
})

test('does not list Kafka’s own topics', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  await (await log.writer(randomUUID())).commit({ records: [], consumed: { group: randomUUID(), offsets: [{ topic, partition: 0, offset: 0 }] } })
  const names = (await log.admin.listTopics()).map(({ name }) => name)
  expect(names).toContain(topic)
  expect(names.filter(name => name.startsWith('__'))).toEqual([])
})

// kafkajs's admin gives the last stable offset: a restore up to there would miss what an open transaction is about to commit.
test('the end of a partition is behind a transaction that is still open', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const open = await producer.transaction()
  await open.send({ topic, messages: ['a', 'b', 'c'].map(value => ({ partition: 0, value })) })
  expect(await log.admin.endOffsets(topic)).toEqual([3])
  await open.commit()
  expect(await log.admin.endOffsets(topic)).toEqual([4])
  await producer.disconnect()
})

test('the end of a partition counts the marker of a commit that has just resolved', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const writer = await log.writer(randomUUID())
  for (let count = 1; count <= 30; count++) {
    await writer.commit({ records: [newRecord(topic, 'a')] })
    expect(await log.admin.endOffsets(topic)).toEqual([2 * count])
  }
})

// K5: without asking for stable offsets the coordinator answers with the one before while it completes a commit that was acknowledged.
test('a group stands where the commit that has just resolved has put it', async () => {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const [writer, group] = [await log.writer(randomUUID()), randomUUID()]
  for (let offset = 0; offset < 60; offset++) {
    await writer.commit({ records: [newRecord(topic, 'a')], consumed: { group, offsets: [{ topic, partition: 0, offset }] } })
    expect((await log.admin.groupLag(group))[0]?.committed).toBe(offset)
  }
})

test('brokers that cannot be reached are named', async () => {
  await expect(openKafkaLog(['127.0.0.1:9', '127.0.0.1:10'])).rejects.toMatchObject({
    code: 'LOG_UNAVAILABLE',
    message: expect.stringContaining('127.0.0.1:9,127.0.0.1:10'),
  })
})

async function create(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const admin = await connectedAdmin()
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, configEntries }] })
}

async function configOf(topic: string): Promise<Readonly<Record<string, string>>> {
  const admin = await connectedAdmin()
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] })
  return Object.fromEntries(resources.flatMap(({ configEntries }) => configEntries.map(({ configName, configValue }) => [configName, configValue])))
}

async function connectedAdmin() {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  return admin
}
