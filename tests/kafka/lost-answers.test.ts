import { isOttlaError } from '@ottla/core'
import { expect, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { proxiedBroker } from './proxied-broker.fixture.js'
import { newRecord, newTopic, values } from './records.fixture.js'

// kafkajs gives the sequence numbers of a batch whose answer was lost to the next one, which the broker then takes for a repetition (K2 of design.md).
test('a producer whose answers get lost writes every record once, and in order', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const producer = await log.producer()
  const sent = Array.from({ length: 200 }, (_, index) => `${index}`)
  for (let start = 0; start < sent.length; start += 10) {
    if (start % 20 === 0) faults.next('Produce', { kind: 'lose answer' })
    await Promise.all(sent.slice(start, start + 10).map(value => producer.send([newRecord(topic, value)])))
  }
  expect(faults.total).toBe(10)
  expect(await values(log, topic)).toEqual(sent)
})

// K4: the broker may have committed, so neither "failed" nor trying again would be right.
test('a commit whose answer gets lost has an unknown outcome, and the next writer finds it settled', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const writer = await log.writer(`w-${topic}`)
  faults.next('EndTxn', { kind: 'lose answer' })
  await expect(writer.commit({ records: [newRecord(topic, 'a')] })).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN', retriable: true })
  await expect(writer.commit({ records: [newRecord(topic, 'b')] })).rejects.toSatisfy(isOttlaError)
  const next = await log.writer(`w-${topic}`)
  const [end] = await log.admin.endOffsets(topic)
  expect(await values(log, topic)).toEqual(['a'])
  await next.commit({ records: [newRecord(topic, 'c')] })
  expect(end).toBe(2)
  expect(await values(log, topic)).toEqual(['a', 'c'])
})

test('a commit whose end never reached the broker has an unknown outcome, and the next writer finds nothing written', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const writer = await log.writer(`w-${topic}`)
  faults.next('EndTxn', { kind: 'lose request' })
  await expect(writer.commit({ records: [newRecord(topic, 'a')] })).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' })
  const next = await log.writer(`w-${topic}`)
  await next.commit({ records: [newRecord(topic, 'b')] })
  expect(await values(log, topic)).toEqual(['b'])
})

test('a commit whose end comes late, after the next writer was opened, writes nothing', async () => {
  const { brokers, faults } = await proxiedBroker()
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const writer = await log.writer(`w-${topic}`)
  faults.next('EndTxn', { kind: 'late', milliseconds: 300 })
  await expect(writer.commit({ records: [newRecord(topic, 'a')] })).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' })
  const next = await log.writer(`w-${topic}`)
  for (let index = 0; index < 50; index++) await next.commit({ records: [newRecord(topic, `${index}`)] })
  expect(await values(log, topic)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`))
})

test.each(['AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'TxnOffsetCommit'] as const)(
  'a transaction that loses an answer to %s is given up, and writes nothing',
  async api => {
    const { brokers, faults } = await proxiedBroker()
    const log = await openKafkaLog(brokers)
    const topic = await newTopic(log)
    const writer = await log.writer(`w-${topic}`)
    faults.next(api, { kind: 'lose answer' })
    const consumed = { group: `g-${topic}`, offsets: [{ topic, partition: 0, offset: 0 }] }
    await expect(writer.commit({ records: [newRecord(topic, 'a')], consumed })).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE', retriable: true })
    const next = await log.writer(`w-${topic}`)
    expect(await log.admin.groupLag(consumed.group)).toEqual([])
    await next.commit({ records: [newRecord(topic, 'b')], consumed })
    expect(await values(log, topic)).toEqual(['b'])
  },
)
