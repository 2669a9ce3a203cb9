import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { embedded } from '../embedded/embedded.js'
import { kafka } from '../kafka/kafka.js'
import { DataFolder } from './data-folder.js'
import { FolderLock } from './folder-lock.js'
import { removeData } from './remove-data.js'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-folder-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What `startKafka` of @ottla/testing leaves in a folder. */
function brokerData(folder: string): void {
  mkdirSync(join(folder, 'kafka', 'broker-1'), { recursive: true })
  writeFileSync(join(folder, 'kafka', 'broker-1', 'meta.properties'), '')
  writeFileSync(join(folder, 'kafka', 'cluster.json'), JSON.stringify({ clusterId: 'c', brokers: 1, ports: [9092] }))
}

const node = (folder: string) => kafka({ brokers: '127.0.0.1:9', registry: 'http://127.0.0.1:9', folder, lockTimeout: 0 })

test('a folder of an embedded log is none for a node on Kafka', async () => {
  const folder = temporaryFolder()
  await (await embedded(folder).open()).log.close()
  await expect(node(folder).open()).rejects.toThrow(/^LOG_FOLDER_INVALID: .*embedded log/)
})

test('a folder of a node on Kafka is none for an embedded log', async () => {
  const folder = temporaryFolder()
  new DataFolder(folder, 'kafka').prepare()
  await expect(embedded(folder).open()).rejects.toThrow(/^LOG_FOLDER_INVALID: .*node of an app on Kafka/)
})

test('two nodes cannot have one folder', async () => {
  const folder = new DataFolder(temporaryFolder(), 'kafka')
  folder.prepare()
  const lock = await FolderLock.take(folder, 0)
  await expect(node(folder.path).open()).rejects.toThrow(/^LOG_IN_USE/)
  lock.release()
})

test('a marker that a crash has cut off is written again', () => {
  const path = temporaryFolder()
  writeFileSync(join(path, '.ottla'), '')
  new DataFolder(path, 'kafka').prepare()
  expect(() => new DataFolder(path, 'embedded').prepare()).toThrow(/^LOG_FOLDER_INVALID/)
})

test('a development broker’s data may be there before the node', () => {
  const path = temporaryFolder()
  brokerData(path)
  new DataFolder(path, 'kafka').prepare()
  expect(readdirSync(path).sort()).toEqual(['.ottla', 'kafka'])
})

test('removes a node’s files and the data of a development broker', async () => {
  const path = temporaryFolder()
  brokerData(path)
  new DataFolder(path, 'kafka').prepare()
  mkdirSync(join(path, 'views'))
  for (const name of ['state.sqlite', 'lock.sqlite', 'views/orders.sqlite']) writeFileSync(join(path, name), '')
  await removeData(path)
  expect(readdirSync(path)).toEqual([])
})

test('removes a development broker’s data that is there alone', async () => {
  const path = temporaryFolder()
  brokerData(path)
  await removeData(path)
  expect(readdirSync(path)).toEqual([])
})

test('leaves a folder named kafka that Ottla has not made', async () => {
  const path = temporaryFolder()
  new DataFolder(path, 'kafka').prepare()
  mkdirSync(join(path, 'kafka'))
  writeFileSync(join(path, 'kafka', 'notes.txt'), 'mine')
  await removeData(path)
  expect(existsSync(join(path, 'kafka', 'notes.txt'))).toBe(true)
})
