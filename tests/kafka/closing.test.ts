import { expect, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { proxiedBroker } from './proxied-broker.fixture.js'
import { newRecord, newTopic } from './records.fixture.js'

test('closing does not wait for a long queue while no broker can be reached', async () => {
  const { brokers, close } = await proxiedBroker()
  const log = await openKafkaLog(brokers, { requestTimeout: 1_000 })
  const topic = await newTopic(log)
  const producer = await log.producer()
  await producer.send([newRecord(topic, 'a')])
  await close()
  // A round takes a few of them and is tried for 2 seconds: all of them would take two minutes, longer than a test may.
  const megabytes = Buffer.alloc(900_000)
  const sends = Array.from({ length: 200 }, () => producer.send([newRecord(topic, '', { value: megabytes })]))
  const settled = Promise.allSettled(sends)
  await log.close()
  expect(new Set((await settled).map(send => send.status === 'rejected' && (send.reason as { code: string }).code))).toEqual(new Set(['LOG_UNAVAILABLE']))
})

test('closing ends a member that has not found its place in the group', async () => {
  const { brokers, close } = await proxiedBroker()
  const log = await openKafkaLog(brokers, { requestTimeout: 1_000 })
  const topic = await newTopic(log)
  await close()
  const nothing = async () => {}
  const joined = log.member({ group: topic, topics: [topic], assigned: async () => [], revoked: nothing, records: nothing, failed: () => {} })
  const fate = joined.then(
    () => 'joined',
    (error: { code?: string }) => error.code,
  )
  await log.close()
  expect(await fate).toBe('LOG_CLOSED')
})
