import { expect, test } from 'vitest'
import type { Log, TopicConfig } from '../log/log.js'
import { ManualClock, newRecord, openLog, query, readAll, temporaryFolder, values } from './embedded-log.fixture.js'

const day = 24 * 60 * 60 * 1000

async function newLog(topic: Partial<TopicConfig>) {
  const [folder, clock] = [temporaryFolder(), new ManualClock()]
  const log = await openLog(folder, { clock })
  await log.admin.ensureTopics([{ name: 't', partitions: 1, ...topic }])
  return { folder, clock, log }
}

async function write(log: Log, clock: ManualClock, written: readonly string[], key = 'key'): Promise<void> {
  await (await log.writer('w')).commit({ records: written.map(value => newRecord('t', value, { key, timestamp: clock.now() })) })
}

test('deletes records that are older than the retention, now and then', async () => {
  const { clock, log } = await newLog({ retention: day })
  await write(log, clock, ['a', 'b'])
  clock.pass(day / 2)
  await write(log, clock, ['c'])
  clock.pass(day / 2 + 1)
  await expect.poll(() => values(log, 't')).toEqual(['c'])
  expect([await log.admin.beginOffsets('t'), await log.admin.endOffsets('t')]).toEqual([[2], [3]])
})

test('deletes records that are older than the retention when the log is opened', async () => {
  const { folder, clock, log } = await newLog({ retention: day })
  await write(log, clock, ['a', 'b'])
  await log.close()
  clock.pass(day + 1)
  const again = await openLog(folder, { clock })
  expect([await values(again, 't'), await again.admin.beginOffsets('t')]).toEqual([[], [2]])
  await write(again, clock, ['c'])
  expect((await readAll(again, 't')).map(({ offset }) => offset)).toEqual([2])
})

test('obeys a retention that was changed', async () => {
  const { clock, log } = await newLog({})
  await write(log, clock, ['a'])
  clock.pass(day)
  expect(await values(log, 't')).toEqual(['a'])
  await log.admin.alterTopic('t', { retention: day / 2 })
  clock.pass(day / 24)
  await expect.poll(() => values(log, 't')).toEqual([])
})

test('keeps the last record of each key of a compacted topic', async () => {
  const { folder, clock, log } = await newLog({ compacted: true })
  for (let round = 0; round < 300; round++) await write(log, clock, [`a${round}`, `b${round}`], round % 2 === 0 ? 'even' : 'odd')
  await write(
    log,
    clock,
    Array.from({ length: 500 }, (_, index) => `c${index}`),
    'many',
  )
  await log.close()
  const again = await openLog(folder, { clock })
  await expect.poll(() => values(again, 't')).toEqual(['b298', 'b299', 'c499'])
  expect([await again.admin.beginOffsets('t'), await again.admin.endOffsets('t')]).toEqual([[0], [1_100]])
  await again.close()
  const third = await openLog(folder, { clock })
  expect((await readAll(third, 't')).map(({ key, offset }) => [key, offset])).toEqual([
    ['even', 597],
    ['odd', 599],
    ['many', 1_099],
  ])
  expect(query(folder, 'select compacted_to from partition_bounds')).toEqual([{ compacted_to: 1_100 }])
})

test('forgets tombstones after a day, and never the offsets', async () => {
  const { folder, clock, log } = await newLog({ compacted: true })
  const writer = await log.writer('w')
  const tombstone = newRecord('t', '', { value: null, timestamp: clock.now() })
  await writer.commit({ records: [newRecord('t', 'x')] })
  await log.admin.deleteRecords([{ topic: 't', partition: 0, offset: 1 }])
  await writer.commit({ records: [...Array.from({ length: 1_000 }, () => newRecord('t', 'x', { timestamp: clock.now() })), tombstone] })
  await log.close()
  clock.pass(day + 1)
  const again = await openLog(folder, { clock })
  await expect.poll(() => readAll(again, 't')).toEqual([])
  await again.close()
  const third = await openLog(folder, { clock })
  expect(await third.admin.endOffsets('t')).toEqual([1_002])
})

test('leaves a topic alone that is neither compacted nor has a retention', async () => {
  const { folder, clock, log } = await newLog({})
  await write(
    log,
    clock,
    Array.from({ length: 1_200 }, (_, index) => `${index}`),
  )
  await log.close()
  clock.pass(1_000 * day)
  expect(await values(await openLog(folder, { clock }), 't')).toHaveLength(1_200)
})
