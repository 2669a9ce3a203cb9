import { expect, test } from 'vitest'
import type { RecordBatch } from '../log/log.js'
import { newRecord, openLog, temporaryFolder } from './embedded-log.fixture.js'

async function written(count: number, bytes: number, perCommit: number) {
  const log = await openLog(temporaryFolder())
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  const writer = await log.writer('w')
  for (let index = 0; index < count; index += perCommit) {
    await writer.commit({ records: Array.from({ length: perCommit }, (_, offset) => newRecord('t', `${index + offset}`.padEnd(bytes))) })
  }
  return log
}

/** Sizes of the batches that a reader gets from an offset on, and the offsets of their records. */
async function batches(log: Awaited<ReturnType<typeof written>>, offset: number, end: number) {
  const reader = log.reader({ from: [{ topic: 't', partition: 0, offset }] })
  const sizes: number[] = []
  const offsets: number[] = []
  for await (const { records, next } of reader) {
    sizes.push(records.length)
    offsets.push(...records.map(record => record.offset))
    if (next >= end) break
  }
  await reader.close()
  return { sizes, offsets }
}

const from = (first: number, end: number) => Array.from({ length: end - first }, (_, index) => first + index)

test('gives batches of at most 500 records, and small ones at first', async () => {
  const log = await written(3_000, 10, 1_000)
  const { sizes, offsets } = await batches(log, 0, 3_000)
  expect(sizes.slice(0, 4)).toEqual([16, 64, 256, 500])
  expect(Math.max(...sizes)).toBe(500)
  expect(offsets).toEqual(from(0, 3_000))
})

test('gives batches of about 512 KiB of larger records', async () => {
  const log = await written(200, 20_000, 10)
  const { sizes, offsets } = await batches(log, 0, 200)
  expect(Math.max(...sizes.map(size => size * 20_000))).toBeLessThan(800_000)
  expect(offsets).toEqual(from(0, 200))
})

test('begins in the middle of what one commit wrote', async () => {
  const log = await written(300, 10, 100)
  for (const offset of [0, 1, 99, 100, 101, 250, 299]) expect((await batches(log, offset, 300)).offsets).toEqual(from(offset, 300))
})

test('gives the headers of each record, and none where there are none', async () => {
  const log = await openLog(temporaryFolder())
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  const headers = { type: 'shop.OrderPlaced', version: '1' }
  await (await log.writer('w')).commit({ records: [newRecord('t', 'a', { headers }), newRecord('t', 'b')] })
  const reader = log.reader({ from: [{ topic: 't', partition: 0, offset: 0 }] })
  const batch = (await reader[Symbol.asyncIterator]().next()).value as RecordBatch
  expect(batch.records.map(record => record.headers)).toEqual([headers, {}])
})
