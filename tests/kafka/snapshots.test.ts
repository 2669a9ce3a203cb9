import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@ottla/core'
import { AvroCodec, StateStore, shardOf, snapshotStatus } from '@ottla/eventstore'
import { kafka } from '@ottla/eventstore/kafka'
import { type App, createApp } from 'ottla'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Account, Deposit, Withdraw } from '../owner/bank.fixture.js'

const name = `bank-${randomUUID().slice(0, 8)}`
const shards = 2
let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ottla-kafka-snapshots-'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

const logOf = (node: string) => kafka({ brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder: join(root, node), sessionTimeout: 6_000 })
const start = (node: string, standby = false): Promise<App> => createApp({ name, modules: [Account], log: logOf(node), shards, standby })

async function status() {
  const { log, registry } = await logOf('reader').open({ readOnly: true })
  try {
    return await snapshotStatus({ app: name, log, codec: new AvroCodec(registry), clock: systemClock })
  } finally {
    await log.close()
  }
}

test('an app on Kafka leaves a snapshot when it stops, and a node without any state goes on from it', async () => {
  const accounts = Array.from({ length: 20 }, (_, count) => `a${count}`)
  const first = await start('first')
  for (let round = 0; round < 5; round++) {
    await Promise.all(accounts.map(account => first.send(new Deposit({ account, amount: 1 }), { id: `${round}/${account}` })))
  }
  await first.send(new Withdraw({ account: 'a0', amount: 9 }), { id: 'refused' })
  await first.stop()
  // Behind the marker there is at most the end of the transaction with the last event.
  for (const { marker, behind, keys } of await status()) expect([marker !== undefined, behind <= 1, keys > 1]).toEqual([true, true, true])
  const second = await start('second')
  expect(await second.send(new Deposit({ account: 'a7', amount: 1 }), { id: '3/a7' })).toMatchObject({ version: 4, duplicate: true, events: [{ amount: 1 }] })
  expect(await second.send(new Withdraw({ account: 'a0', amount: 9 }), { id: 'refused' })).toMatchObject({ outcome: 'rejected', duplicate: true })
  expect(await second.send(new Withdraw({ account: 'a7', amount: 5 }))).toMatchObject({ outcome: 'accepted', version: 6 })
  expect(await second.stream(Account, 'a7')).toHaveLength(6)
  await second.stop()
  const store = new StateStore(join(root, 'second', 'state.sqlite'))
  for (let shard = 0; shard < shards; shard++) expect(store.checkpoint(shard)?.indexFrom).toBeGreaterThan(0)
  store.close()
}, 60_000)

test('a standby on Kafka has the state of other shards when it gets them', async () => {
  const accounts = [0, 1].map(shard => Array.from({ length: 50 }, (_, count) => `s${count}`).find(id => shardOf(id, shards) === shard) as string)
  const owner = await start('owner', true)
  const standby = await start('standby', true)
  for (let count = 0; count < 20; count++) for (const account of accounts) await standby.send(new Deposit({ account, amount: 1 }))
  await owner.stop()
  for (const account of accounts) expect(await standby.send(new Withdraw({ account, amount: 20 }))).toMatchObject({ outcome: 'accepted', version: 21 })
  await standby.stop()
}, 60_000)
