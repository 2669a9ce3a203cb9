import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StateStore } from '@ottla/eventstore'
import { MemoryBroker, MemoryRegistry } from '@ottla/testing'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Deposit, Withdraw } from './bank.fixture.js'
import { startNode } from './node.fixture.js'

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  file = join(folder, 'state.sqlite')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A bank whose account `a` has 10, with its store in the file and closed. */
async function bankWithStore() {
  const shared = { broker: new MemoryBroker('c1'), registry: new MemoryRegistry() }
  const node = await startNode({ ...shared, store: new StateStore(file) })
  await node.send(new Deposit({ account: 'a', amount: 10 }), { id: 'd' })
  await node.stop()
  return shared
}

test.each([
  ['a number that was changed', `update state set state = replace(state, '10', '99')`],
  ['text that is no state', `update state set state = '{'`],
])('%s in a stored state is noticed, and the state is made anew from the log', async (_, damage) => {
  const shared = await bankWithStore()
  const database = new Database(file)
  expect(database.prepare(damage).run().changes).toBe(1)
  database.close()
  const node = await startNode({ ...shared, store: new StateStore(file) })
  expect(await node.send(new Withdraw({ account: 'a', amount: 50 }))).toMatchObject({ outcome: 'rejected', reason: { details: { balance: 10 } } })
  expect(await node.send(new Deposit({ account: 'a', amount: 10 }), { id: 'd' })).toMatchObject({ outcome: 'accepted', version: 1, duplicate: true })
  expect(node.failures).toEqual([])
  await node.stop()
})

test('a file with damage in the middle is made anew when it is opened', async () => {
  const shared = await bankWithStore()
  const bytes = readFileSync(file)
  bytes.fill(0xab, 4096 * 2, bytes.length)
  writeFileSync(file, bytes)
  const node = await startNode({ ...shared, store: new StateStore(file) })
  expect(await node.send(new Withdraw({ account: 'a', amount: 10 }))).toMatchObject({ outcome: 'accepted', version: 2 })
  await node.stop()
})
