import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { embedded } from '../embedded/embedded.js'
import { newRecord, openLog, temporaryFolder, values } from '../embedded/embedded-log.fixture.js'
import { removeData } from './remove-data.js'

const open = (folder: string) => embedded(folder, { lockTimeout: 0 }).open()

test('creates the folder and everything above it', async () => {
  const folder = join(temporaryFolder(), 'a', 'b')
  await (await openLog(folder)).close()
  expect(readdirSync(folder).sort()).toEqual(['.ottla', 'lock.sqlite', 'log.sqlite'])
})

test('takes an empty folder that exists', async () => {
  await openLog(temporaryFolder())
})

test('refuses a folder that holds something else, and leaves it as it is', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'thesis.txt'), 'mine')
  await expect(open(folder)).rejects.toThrow(/^LOG_FOLDER_INVALID: .*did not make/)
  expect(readdirSync(folder)).toEqual(['thesis.txt'])
})

test('refuses a file in place of the folder', async () => {
  const file = join(temporaryFolder(), 'data')
  writeFileSync(file, 'mine')
  await expect(open(file)).rejects.toThrow(/^LOG_FOLDER_INVALID: .*no folder/)
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test('refuses a folder that cannot be created', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expect(open(join(file, 'data'))).rejects.toThrow(/^LOG_FOLDER_INVALID: .*cannot be created/)
})

test.skipIf(process.getuid?.() === 0)('refuses a folder that is not writable', async () => {
  const folder = temporaryFolder()
  chmodSync(folder, 0o500)
  await expect(open(folder)).rejects.toThrow(/^LOG_FOLDER_INVALID: .*not writable/)
})

test('refuses a folder that a newer Ottla made', async () => {
  const folder = temporaryFolder()
  await (await openLog(folder)).close()
  writeFileSync(join(folder, '.ottla'), '{"format":99}')
  await expect(open(folder)).rejects.toThrow(/^LOG_FOLDER_INVALID: .*newer Ottla/)
})

test('takes a folder whose marker was cut off by a crash', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, '.ottla'), '')
  await openLog(folder)
})

test('removes what Ottla created, and nothing else, so that the folder can still be used', async () => {
  const folder = temporaryFolder()
  await (await openLog(folder)).close()
  mkdirSync(join(folder, 'views'))
  for (const name of ['state.sqlite', 'state.sqlite-wal', 'log.sqlite-shm', 'views/orders.sqlite', 'views/orders.sqlite-wal', 'notes.txt', 'views/notes.txt']) {
    writeFileSync(join(folder, name), '')
  }
  await removeData(folder)
  expect(readdirSync(folder).sort()).toEqual(['.ottla', 'notes.txt', 'views'])
  expect(readdirSync(join(folder, 'views'))).toEqual(['notes.txt'])
  await openLog(folder)
})

test('leaves an empty folder, in which a log can be made again', async () => {
  const folder = temporaryFolder()
  const log = await openLog(folder)
  await log.admin.ensureTopics([{ name: 't', partitions: 1 }])
  await (await log.writer('w')).commit({ records: [newRecord('t', 'a')] })
  await log.close()
  await removeData(folder)
  expect(readdirSync(folder)).toEqual([])
  const fresh = await openLog(folder)
  expect(fresh.clusterId).not.toBe(log.clusterId)
  await fresh.admin.ensureTopics([{ name: 't', partitions: 1 }])
  expect(await values(fresh, 't')).toEqual([])
})

test.each(['state.sqlite', 'views/orders.sqlite'])('refuses to begin anew where the log is gone and %s is there', async name => {
  const folder = temporaryFolder()
  await (await openLog(folder)).close()
  mkdirSync(join(folder, 'views'))
  writeFileSync(join(folder, name), '')
  rmSync(join(folder, 'log.sqlite'))
  await expect(open(folder)).rejects.toThrow(/^LOG_DAMAGED: .*missing/)
  expect(existsSync(join(folder, 'log.sqlite'))).toBe(false)
})

test('removes nothing from a folder that Ottla did not make', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'log.sqlite'), 'mine')
  await expect(removeData(folder)).rejects.toThrow(/^LOG_FOLDER_INVALID/)
  expect(readdirSync(folder)).toEqual(['log.sqlite'])
})

test('removes nothing while the log is in use', async () => {
  const folder = temporaryFolder()
  await openLog(folder)
  await expect(removeData(folder, { lockTimeout: 0 })).rejects.toThrow(/^LOG_IN_USE/)
  expect(existsSync(join(folder, 'log.sqlite'))).toBe(true)
})

test('has nothing to remove in an empty folder, or where there is none', async () => {
  const folder = temporaryFolder()
  await removeData(folder)
  await removeData(join(folder, 'missing'))
  expect(readdirSync(folder)).toEqual([])
})
