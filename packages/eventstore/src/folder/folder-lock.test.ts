import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { embedded } from '../embedded/embedded.js'
import { newRecord, openLog, temporaryFolder, values } from '../embedded/embedded-log.fixture.js'

test('refuses a folder that another process writes', async () => {
  const folder = temporaryFolder()
  await (await openLog(folder)).close()
  await holder(folder)
  await expect(embedded(folder, { lockTimeout: 50 }).open()).rejects.toThrow(/^LOG_IN_USE: .*another process/)
})

test('opens a folder when the process that held it was killed', async () => {
  const folder = temporaryFolder()
  await (await openLog(folder)).close()
  const process = await holder(folder)
  process.kill('SIGKILL')
  await once(process, 'exit')
  await openLog(folder)
})

test('waits for the other process to end', async () => {
  const folder = temporaryFolder()
  await (await openLog(folder)).close()
  const process = await holder(folder)
  const opening = openLog(folder, { lockTimeout: 30_000 })
  process.kill('SIGKILL')
  await opening
})

test('refuses a folder that this process has open', async () => {
  const folder = temporaryFolder()
  await openLog(folder)
  await expect(embedded(folder, { lockTimeout: 0 }).open()).rejects.toThrow(/^LOG_IN_USE/)
})

test('writes nothing more for a process whose lock was removed and whose log was opened elsewhere', async () => {
  const folder = temporaryFolder()
  const first = await openLog(folder)
  await first.admin.ensureTopics([{ name: 't', partitions: 1 }])
  const older = await first.writer('w')
  rmSync(join(folder, 'lock.sqlite'))
  const second = await openLog(folder)
  await expect(older.commit({ records: [newRecord('t', 'older')] })).rejects.toThrow(/^WRITER_FENCED/)
  await (await second.writer('w')).commit({ records: [newRecord('t', 'newer')] })
  expect(await values(second, 't')).toEqual(['newer'])
})

/** Another process that holds the lock of the folder, until it is killed or the test has ended. */
async function holder(folder: string): Promise<ChildProcess> {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')
  const script = `
    const database = new (require(${JSON.stringify(sqlite)}))(${JSON.stringify(join(folder, 'lock.sqlite'))})
    database.exec('begin exclusive')
    console.log('held')
    setInterval(() => {}, 1000)
  `
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}
