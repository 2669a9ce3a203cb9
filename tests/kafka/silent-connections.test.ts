import { expect, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { proxiedBroker } from './proxied-broker.fixture.js'
import { newRecord, newTopic, values } from './records.fixture.js'

// kafkajs keeps a connection whose requests get no answer, and goes on asking by it: until the operating system gives it up, a quarter of an hour later.
test('a reader whose connections have gone silent reads on by new ones', async () => {
  const { brokers, freeze } = await proxiedBroker()
  const log = await openKafkaLog(brokers, { requestTimeout: 1_000 })
  const topic = await newTopic(log)
  const writer = await log.writer(`w-${topic}`)
  await writer.commit({ records: [newRecord(topic, 'a')] })
  const seen: string[] = []
  const reader = log.reader({ from: [{ topic, partition: 0, offset: 0 }] })
  const reading = (async () => {
    for await (const { records } of reader) seen.push(...records.map(({ value }) => String(value)))
  })()
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['a'])
  freeze()
  await expect(writer.commit({ records: [newRecord(topic, 'lost')] })).rejects.toMatchObject({ retriable: true })
  const next = await log.writer(`w-${topic}`)
  await next.commit({ records: [newRecord(topic, 'b')] })
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['a', 'b'])
  await reader.close()
  await reading
})

test('the cluster can be asked, and records be sent, when the connections for that have gone silent', async () => {
  const { brokers, freeze } = await proxiedBroker()
  const log = await openKafkaLog(brokers, { requestTimeout: 1_000 })
  const topic = await newTopic(log)
  const producer = await log.producer()
  await producer.send([newRecord(topic, 'a')])
  freeze()
  await producer.send([newRecord(topic, 'b')])
  expect(await log.admin.endOffsets(topic)).toEqual([2])
  expect(await values(log, topic)).toEqual(['a', 'b'])
})
