import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafka } from '@ottla/eventstore/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { type App, createApp } from 'ottla'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { Account, Deposit, TransferOfMoney } from './bank/domain.js'

/** In kafkajs's numbers: a resource of an alterConfigs request. */
const topicResource = 2

let folder: string
let name: string
let app: App | undefined
let count = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-topics-'))
  name = `topics-${process.pid}-${Date.now().toString(36)}-${count++}`
})

afterEach(async () => {
  await app?.stop()
  app = undefined
  rmSync(folder, { recursive: true, force: true })
})

const config = () => kafka({ brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder })

async function start(shards = 1): Promise<App> {
  app = await createApp({ name, shards, modules: [Account, TransferOfMoney], log: config() })
  return app
}

async function stop(): Promise<void> {
  await app?.stop()
  app = undefined
}

/** Kafka's own client, for what an operator does. */
async function operate<T>(action: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: inject('kafkaBrokers'), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await action(admin)
  } finally {
    await admin.disconnect()
  }
}

const deposit = (n: number, transfer = '') => new Deposit({ account: 'a', amount: n, transfer })
const limitBatches = (bytes: number) =>
  operate(admin =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: topicResource, name: `${name}.events`, configEntries: [{ name: 'max.message.bytes', value: String(bytes) }] }],
    }),
  )

/** Somebody's record in the inbox, which nobody can decide: it is answered in the outcomes, with the position that it makes. */
async function writeToInbox(): Promise<void> {
  const { log } = await kafka({ brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder: join(folder, 'foreign') }).open()
  const writer = await log.writer(`${name}-foreign`)
  await writer.commit({ records: [{ topic: `${name}.commands`, partition: 0, key: 'a', value: Buffer.from('?'), headers: {}, timestamp: Date.now() }] })
  await log.close()
}

async function outcomes(): Promise<number> {
  let count = 0
  for await (const _ of (app as App).outcomes()) count++
  return count
}

it("goes on where the log's own positions say when the group's offsets have expired", async () => {
  await start()
  const before = await app?.send(deposit(1), { id: 'd1' })
  await writeToInbox()
  await expect.poll(outcomes, { timeout: 20_000 }).toBe(1)
  await stop()
  await operate(admin => admin.deleteGroups([name]))
  rmSync(folder, { recursive: true })
  await start()
  expect(await app?.send(deposit(1), { id: 'd1' })).toMatchObject({ version: before?.version, duplicate: true })
  expect(await app?.send(deposit(2))).toMatchObject({ outcome: 'accepted', version: 2 })
  expect(await outcomes()).toBe(1)
})

it('refuses to start where the offsets have expired and no decision carries a position, until an operator sets it', async () => {
  await start()
  await app?.send(deposit(1))
  await stop()
  await operate(admin => admin.deleteGroups([name]))
  await expect(start()).rejects.toMatchObject({ code: 'INBOX_LOST' })
  const { log } = await config().open()
  await log.admin.resetGroup(name, [{ topic: `${name}.commands`, partition: 0, offset: 0 }])
  await log.close()
  await start()
  expect(await app?.send(deposit(2))).toMatchObject({ outcome: 'accepted', version: 2 })
})

it('refuses to start where records of the inbox that nobody has decided were deleted', async () => {
  await start()
  await app?.send(deposit(1))
  await stop()
  await writeToInbox()
  const { log } = await config().open()
  await log.admin.deleteRecords([{ topic: `${name}.commands`, partition: 0, offset: 1 }])
  await log.close()
  await expect(start()).rejects.toMatchObject({ code: 'INBOX_LOST' })
})

it('decides a batch that is larger than the topic takes in smaller ones', async () => {
  await start()
  await app?.send(deposit(1))
  await limitBatches(4_000)
  const receipts = await Promise.all(Array.from({ length: 100 }, (_, n) => app?.send(deposit(n + 2, 'x'.repeat(500)))))
  expect(receipts.map(receipt => receipt?.version)).toEqual(Array.from({ length: 100 }, (_, n) => n + 2))
})

it('answers a command whose own events are larger than the topic takes with failed, and decides the others', async () => {
  await start()
  await app?.send(deposit(1))
  await limitBatches(4_000)
  const [small, large, next] = await Promise.all([app?.send(deposit(1)), app?.send(deposit(1, 'x'.repeat(6_000))), app?.send(deposit(1))])
  expect(large).toMatchObject({ outcome: 'failed', error: { code: 'RECORD_TOO_LARGE' } })
  expect([small?.outcome, next?.outcome]).toEqual(['accepted', 'accepted'])
  expect(await app?.state(Account, 'a')).toMatchObject({ state: { balance: 3 }, version: 3 })
})

it('makes its states anew where the topics were deleted and made again', async () => {
  await start()
  for (let n = 0; n < 3; n++) await app?.send(deposit(100))
  await stop()
  await operate(admin => admin.deleteTopics({ topics: ['commands', 'events', 'outcomes'].map(topic => `${name}.${topic}`) }))
  await operate(admin => admin.deleteGroups([name]))
  await start()
  expect(await app?.send(deposit(7))).toMatchObject({ outcome: 'accepted', version: 1, duplicate: false })
  expect(await app?.state(Account, 'a')).toMatchObject({ state: { balance: 7 } })
})

it('waits with a restore for a transaction of somebody else that is open at the end of the log', async () => {
  await start()
  await app?.send(deposit(5))
  await stop()
  const producer = new Kafka({ brokers: inject('kafkaBrokers'), logLevel: logLevel.NOTHING }).producer({
    transactionalId: `${name}-foreign`,
    transactionTimeout: 3_000,
  })
  await producer.connect()
  const open = await producer.transaction()
  await open.send({ topic: `${name}.events`, messages: [{ partition: 0, key: 'a', value: 'never committed' }] })
  rmSync(folder, { recursive: true })
  const started = start()
  let isStarted = false
  void started.then(() => {
    isStarted = true
  })
  await operate(async admin => expect.poll(async () => (await admin.describeGroups([name])).groups[0]?.state, { timeout: 20_000 }).toBe('Stable'))
  expect(isStarted).toBe(false)
  await started
  expect(await app?.send(deposit(5))).toMatchObject({ outcome: 'accepted', version: 2 })
  await producer.disconnect()
})
