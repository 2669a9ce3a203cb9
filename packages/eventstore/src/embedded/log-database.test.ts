import { closeSync, cpSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { embedded } from './embedded.js'
import { newRecord, openLog, readAll, temporaryFolder, values } from './embedded-log.fixture.js'

const megabyte = 1024 * 1024

test('has in its files what was answered, at any moment', async () => {
  const folder = temporaryFolder()
  const log = await openLog(folder)
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  const writer = await log.writer('w')
  for (const value of ['a', 'b', 'c']) await writer.commit({ records: [newRecord('t', value)] })
  const copy = temporaryFolder()
  cpSync(folder, copy, { recursive: true })
  expect(await values(await openLog(copy), 't')).toEqual(['a', 'b', 'c'])
})

test('refuses a file that is no SQLite file, and leaves it as it is', async () => {
  const { folder, file } = await written(1)
  await refusesDamaged(folder, file, () => writeFileSync(file, 'not a database'.repeat(1000)))
})

test('refuses a file whose first page is overwritten, and leaves it as it is', async () => {
  const { folder, file } = await written(10)
  await refusesDamaged(folder, file, () => overwrite(file, 100, 3_900))
})

test('refuses a file whose inner pages are overwritten, and leaves it as it is', async () => {
  const { folder, file } = await written(200)
  await refusesDamaged(folder, file, () => overwrite(file, 4096, 16 * 4096))
})

test('refuses a file of which a page is overwritten that opening has no use for', async () => {
  const { folder, file } = await written(200)
  await refusesDamaged(folder, file, () => overwrite(file, 60 * 4096, 4096), { isNoticedByReaders: false })
})

test('refuses a file that was cut off, and leaves it as it is', async () => {
  const { folder, file } = await written(200)
  await refusesDamaged(folder, file, () => truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096))
})

test('refuses a SQLite file of another program, and leaves it as it is', async () => {
  const { folder, file } = await written(1)
  await refusesDamaged(folder, file, () => {
    truncateSync(file, 0)
    const database = new Database(file)
    database.exec('create table mine (id)')
    database.close()
  })
})

test('refuses a file of a newer format', async () => {
  const { folder, file } = await written(1)
  await refusesDamaged(folder, file, () => {
    const database = new Database(file)
    database.pragma('user_version = 99')
    database.close()
  })
})

test('opens a file whose creation was cut off by a crash', async () => {
  const { folder, file } = await written(0)
  truncateSync(file, 0)
  await openLog(folder)
})

test('notices records that have changed in the file when they are read', async () => {
  const { folder, file } = await written(3)
  const database = new Database(file)
  database.prepare('update batches set bytes = cast(replace(bytes, ?, ?) as blob)').run('value 1', 'value 9')
  database.close()
  const log = await openLog(folder)
  await expect(readAll(log, 't')).rejects.toThrow(/^LOG_DAMAGED: .*t-0/)
})

test('rejects with LOG_FULL when there is no room, for everybody who commits together', async () => {
  const { log } = await nearlyFull()
  const [large, small] = [await log.writer('large'), await log.writer('small')]
  const commits = await Promise.allSettled([
    large.commit({ records: [newRecord('t', 'x'.repeat(600_000))] }),
    small.commit({ records: [newRecord('t', 'small')] }),
  ])
  for (const commit of commits) expect(commit).toMatchObject({ status: 'rejected', reason: { code: 'LOG_FULL', retriable: false } })
})

test('keeps and shows everything that was committed when there is no room', async () => {
  const { log } = await nearlyFull()
  const writer = await log.writer('w')
  const before = await values(log, 't')
  const ends = await log.admin.endOffsets('t')
  await expect(writer.commit({ records: [newRecord('t', 'x'.repeat(600_000))] })).rejects.toThrow(/^LOG_FULL/)
  expect(await values(log, 't')).toEqual(before)
  expect(await log.admin.endOffsets('t')).toEqual(ends)
})

test('writes again when there is room, with a new writer', async () => {
  const { log, folder } = await nearlyFull()
  const writer = await log.writer('w')
  const large = newRecord('t', 'x'.repeat(600_000))
  await expect(writer.commit({ records: [large] })).rejects.toThrow(/^LOG_FULL/)
  await log.admin.deleteRecords([{ topic: 't', partition: 0, offset: (await log.admin.endOffsets('t'))[0] as number }])
  await expect(writer.commit({ records: [large] })).rejects.toThrow(/^LOG_FULL/)
  await (await log.writer('w')).commit({ records: [large] })
  await log.close()
  expect(await values(await openLog(folder), 't')).toEqual([String(large.value)])
})

test('writes what did not fit when the log may become larger', async () => {
  const { log, folder } = await nearlyFull()
  const large = newRecord('t', 'x'.repeat(600_000))
  await expect((await log.writer('w')).commit({ records: [large] })).rejects.toThrow(/^LOG_FULL/)
  await log.close()
  const larger = await openLog(folder)
  await (await larger.writer('w')).commit({ records: [large] })
  expect((await values(larger, 't')).at(-1)).toBe(String(large.value))
})

/** A closed log with `count` records. */
async function written(count: number): Promise<{ folder: string; file: string }> {
  const folder = temporaryFolder()
  const log = await openLog(folder)
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  const writer = await log.writer('w')
  for (let index = 0; index < count; index++) await writer.commit({ records: [newRecord('t', `value ${index}`.padEnd(2_000))] })
  await log.close()
  return { folder, file: join(folder, 'log.sqlite') }
}

/** A log of at most a megabyte, half of which is used. */
async function nearlyFull() {
  const folder = temporaryFolder()
  const log = await openLog(folder, { maxLogBytes: megabyte })
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  const writer = await log.writer('first')
  for (let index = 0; index < 10; index++) await writer.commit({ records: [newRecord('t', `${index}`.padEnd(60_000))] })
  return { log, folder }
}

async function refusesDamaged(folder: string, file: string, damage: () => void, { isNoticedByReaders = true } = {}): Promise<void> {
  damage()
  const before = readFileSync(file)
  await expect(embedded(folder).open()).rejects.toThrow(/^LOG_DAMAGED: .*log\.sqlite/)
  expect(readFileSync(file).equals(before)).toBe(true)
  if (isNoticedByReaders) await expect(embedded(folder).open({ readOnly: true })).rejects.toThrow(/^LOG_DAMAGED/)
  expect(readFileSync(file).equals(before)).toBe(true)
}

function overwrite(file: string, position: number, length: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(length, 0xa5), 0, length, position)
  closeSync(descriptor)
}
