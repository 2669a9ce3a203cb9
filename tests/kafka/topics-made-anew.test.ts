import { expect, inject, test } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'
import { newRecord, newTopic } from './records.fixture.js'

const brokers = inject('kafkaBrokers')

/** A topic that is shorter than it was. */
async function madeAnew() {
  const log = await openKafkaLog(brokers)
  const topic = await newTopic(log)
  const producer = await log.producer()
  await producer.send(['a', 'b', 'c'].map(value => newRecord(topic, value)))
  const remake = async () => {
    await log.admin.deleteTopic(topic)
    await log.admin.ensureTopics([{ name: topic, partitions: 1 }])
  }
  return { log, topic, remake }
}

test('a reader of a topic that is made anew does not wait for ever: it tells that the records are lost', { timeout: 120_000 }, async () => {
  const { log, topic, remake } = await madeAnew()
  const reader = log.reader({ from: [{ topic, partition: 0, offset: 0 }] })
  const batches = reader[Symbol.asyncIterator]()
  while (reader.position({ topic, partition: 0 }) < 3) await batches.next()
  const next = batches.next()
  await remake()
  await expect(next).rejects.toMatchObject({ code: 'LOG_RECORDS_LOST', message: expect.stringContaining('before offset 3') })
})

test('so does a member that is to begin beyond the end', { timeout: 120_000 }, async () => {
  const { log, topic } = await madeAnew()
  const failed = Promise.withResolvers<Error>()
  await log.member({
    group: `g-${topic}`,
    topics: [topic],
    assigned: async partitions => partitions.map(place => ({ ...place, offset: 7 })),
    revoked: async () => {},
    records: async () => {},
    failed: failed.resolve,
  })
  expect(await failed.promise).toMatchObject({ code: 'LOG_RECORDS_LOST' })
})
