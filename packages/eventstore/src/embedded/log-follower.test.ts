import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LogReader } from '../log/log.js'
import { embedded } from './embedded.js'
import { newRecord, openLog, temporaryFolder, values } from './embedded-log.fixture.js'

async function pair() {
  const folder = temporaryFolder()
  const log = await openLog(folder)
  await log.admin.ensureTopics([{ name: 't', partitions: 2 }])
  const writer = await log.writer('w')
  return { folder, log, writer, beside: await openLog(folder, { readOnly: true }) }
}

async function next(reader: LogReader): Promise<string[]> {
  const { records } = (await reader[Symbol.asyncIterator]().next()).value
  return records.map(({ value }: { value: unknown }) => String(value))
}

test('reads what was committed before it was opened', async () => {
  const folder = temporaryFolder()
  const log = await openLog(folder)
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  await (await log.writer('w')).commit({ records: [newRecord('t', 'a')] })
  const beside = await openLog(folder, { readOnly: true })
  expect([await values(beside, 't'), beside.clusterId]).toEqual([['a'], log.clusterId])
})

test('hands out what the writing process commits meanwhile', async () => {
  const { writer, beside } = await pair()
  const reader = beside.reader({ from: [{ topic: 't', partition: 1, offset: 0 }] })
  for (const value of ['a', 'b', 'c']) {
    const waiting = next(reader)
    await writer.commit({ records: [newRecord('t', value, { partition: 1 })] })
    expect(await waiting).toEqual([value])
  }
})

test('sees topics that are created and records that are deleted meanwhile', async () => {
  const { log, writer, beside } = await pair()
  await writer.commit({ records: [newRecord('t', 'a'), newRecord('t', 'b')] })
  await expect.poll(() => values(beside, 't')).toEqual(['a', 'b'])
  await log.admin.deleteRecords([{ topic: 't', partition: 0, offset: 1 }])
  await expect.poll(() => values(beside, 't')).toEqual(['b'])
  await log.admin.ensureTopics([{ name: 'new', partitions: 1 }])
  await writer.commit({ records: [newRecord('new', 'c')] })
  await expect.poll(async () => (await beside.admin.listTopics()).length).toBe(2)
  await expect.poll(() => values(beside, 'new')).toEqual(['c'])
})

test('goes on when another process writes the log', async () => {
  const { folder, log, writer, beside } = await pair()
  await writer.commit({ records: [newRecord('t', 'a')] })
  await expect.poll(() => values(beside, 't')).toEqual(['a'])
  await log.admin.deleteRecords([{ topic: 't', partition: 0, offset: 1 }])
  await log.close()
  const again = await openLog(folder)
  await again.admin.ensureTopics([{ name: 'new', partitions: 1 }])
  await expect.poll(async () => (await beside.admin.listTopics()).length).toBe(2)
  const reader = beside.reader({ from: [{ topic: 't', partition: 0, offset: 1 }] })
  const waiting = next(reader)
  await (await again.writer('w')).commit({ records: [newRecord('t', 'b')] })
  expect(await waiting).toEqual(['b'])
})

test('works where no process writes', async () => {
  const { folder, log, writer, beside } = await pair()
  await writer.commit({ records: [newRecord('t', 'a')], consumed: { group: 'g', offsets: [{ topic: 't', partition: 0, offset: 1 }] } })
  await beside.close()
  await log.close()
  const alone = await openLog(folder, { readOnly: true })
  expect([await values(alone, 't'), await alone.admin.listGroups(), (await alone.admin.groupLag('g'))[0]?.lag]).toEqual([['a'], ['g'], 0])
})

test('refuses what would change the log', async () => {
  const { beside } = await pair()
  const { admin } = beside
  const offset = { topic: 't', partition: 0, offset: 0 }
  const member = { group: 'g', topics: ['t'], assigned: async () => [], revoked: async () => {}, records: async () => {}, failed: () => {} }
  for (const change of [
    () => beside.writer('w'),
    () => beside.member(member),
    () => admin.ensureTopics([{ name: 'new', partitions: 1 }]),
    () => admin.alterTopic('t', { retention: 1 }),
    () => admin.deleteTopic('t'),
    () => admin.deleteRecords([offset]),
    () => admin.resetGroup('g', [offset]),
  ]) {
    await expect(change()).rejects.toThrow(/^LOG_READ_ONLY: .*log\.sqlite/)
  }
  await admin.ensureTopics([{ name: 't', partitions: 2 }])
})

test('creates nothing where no log is', async () => {
  const folder = temporaryFolder()
  await expect(embedded(folder).open({ readOnly: true })).rejects.toThrow(/^LOG_FOLDER_INVALID/)
  await expect(embedded(join(folder, 'missing'), { readOnly: true }).open()).rejects.toThrow(/^LOG_FOLDER_INVALID/)
  expect(readdirSync(folder)).toEqual([])
})
