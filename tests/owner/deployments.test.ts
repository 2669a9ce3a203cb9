import { type Clock, systemClock } from '@ottla/core'
import { StateStore } from '@ottla/eventstore'
import { describe, expect, test } from 'vitest'
import { Deposit, Withdraw } from './bank.fixture.js'
import { Closed, NewAccount, NewerAccount, OpenAccount } from './deployments.fixture.js'
import { turns } from './gate.fixture.js'
import { type Cluster, cluster, newNode, startNode, topics } from './node.fixture.js'

const deposit = (account: string, amount = 1) => new Deposit({ account, amount })
const deployed = [NewAccount]

/** A log whose accounts `a` and `b` have 600 events each, more than one batch of a reader, and the store of the old code. */
async function used(): Promise<{ shared: Cluster; store: StateStore }> {
  const shared = cluster()
  const store = new StateStore(':memory:')
  const node = await startNode({ ...shared, store, modules: deployed })
  for (let round = 0; round < 6; round++) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => [node.send(deposit('a'), { id: `a${round}-${index}` }), node.send(deposit('b'))]).flat())
  }
  await node.send(new Withdraw({ account: 'a', amount: 100 }))
  await node.host.stop()
  return { shared, store }
}

/** The account that the same events make, and everything beside states, as new code finds it. */
async function expectAsBefore(options: Cluster & { store: StateStore }): Promise<void> {
  const node = await startNode({ ...options, modules: [NewerAccount] })
  expect(await node.send(deposit('a'), { id: 'a0-0' })).toMatchObject({ duplicate: true, version: 1, events: [{ amount: 1 }] })
  expect(await node.host.streams.read('account', 'b')).toHaveLength(600)
  const all = await node.send(new Withdraw({ account: 'a', amount: 500 }))
  expect(all).toMatchObject({ outcome: 'accepted', version: 603 })
  expect(await node.send(deposit('b'))).toMatchObject({ version: 601 })
  expect(node.failures).toEqual([])
  await node.host.stop()
}

describe('after a deployment with another state version', () => {
  test('states are made anew from the events, and ids and streams stay known', async () => {
    const { shared, store } = await used()
    await expectAsBefore({ ...shared, store })
  })

  test.each([5, 10, 15, 20, 30])('states are made anew at the next start, when the first was interrupted after %i turns', async moment => {
    const { shared, store } = await used()
    let left = moment
    const clock: Clock = { ...systemClock, nextTurn: task => systemClock.nextTurn(() => left-- > 0 && task()) }
    const interrupted = newNode({ ...shared, store, clock, modules: [NewerAccount] })
    interrupted.host.start().catch(() => undefined)
    await turns(moment + 20)
    interrupted.kill()
    await expectAsBefore({ ...shared, store })
  })
})

describe('a stream with an event that cannot be read', () => {
  test('of a type that older code does not know is unavailable there, until the newer code is back', async () => {
    const shared = cluster()
    const newer = await startNode({ ...shared, modules: deployed })
    await newer.send(deposit('a', 5))
    await newer.send(deposit('b', 5))
    expect(await newer.send(new Withdraw({ account: 'a', amount: 5 }))).toMatchObject({ version: 3, events: [{ amount: 5 }, new Closed({ account: 'a' })] })
    await newer.stop()

    const store = new StateStore(':memory:')
    const older = await startNode({ ...shared, store, modules: [OpenAccount] })
    expect(await older.send(deposit('a'), { id: 'in between' })).toMatchObject({ outcome: 'failed', error: { code: 'STREAM_UNREADABLE' } })
    expect(await older.send(new Withdraw({ account: 'b', amount: 5 }))).toMatchObject({ outcome: 'accepted', version: 2 })
    expect(older.failures).toEqual([])
    await older.host.stop()

    const back = await startNode({ ...shared, store, modules: deployed })
    expect(await back.send(deposit('a'))).toMatchObject({ outcome: 'accepted', version: 4 })
    expect(await back.send(new Withdraw({ account: 'a', amount: 1 }))).toMatchObject({ outcome: 'accepted', version: 6 })
    await back.stop()
  })

  test.each([true, false])('because its bytes are damaged is unavailable, and the others go on (store kept: %s)', async keepsStore => {
    const shared = cluster()
    const store = new StateStore(':memory:')
    const node = await startNode({ ...shared, store })
    await node.send(deposit('a', 5))
    await node.send(deposit('b', 5))
    await node.host.stop()
    const { records } = shared.broker.partition({ topic: topics.events, partition: 0 })
    const [record] = records.filter(({ key }) => key === 'a')
    const headers = { ...record?.headers, version: '2', command: 'damaged' }
    shared.broker.append([{ topic: topics.events, partition: 0, key: 'a', headers, value: Buffer.from([0, 0, 0, 0, 1, 255]), timestamp: Date.now() }])
    for (let restart = 0; restart < 2; restart++) {
      const again = await startNode(keepsStore ? { ...shared, store } : shared)
      expect(await again.send(deposit('a'))).toMatchObject({ outcome: 'failed', version: 2, error: { code: 'STREAM_UNREADABLE' } })
      expect(await again.send(deposit('b'))).toMatchObject({ outcome: 'accepted', version: restart + 2 })
      await expect(again.host.streams.read('account', 'a')).rejects.toThrow('RECORD_UNREADABLE')
      expect(again.failures).toEqual([])
      await again.host.stop()
    }
  })

  test('whose version does not follow is unavailable when the store is new, and the others go on', async () => {
    const shared = cluster()
    const node = await startNode(shared)
    await node.send(deposit('a', 5))
    await node.stop()
    const { records } = shared.broker.partition({ topic: topics.events, partition: 0 })
    const [record] = records
    shared.broker.append([{ ...(record as (typeof records)[number]), key: 'a', headers: { ...record?.headers, version: '3', command: 'foreign' } }])
    const again = await startNode(shared)
    expect(await again.send(deposit('a'))).toMatchObject({ outcome: 'failed', error: { code: 'STREAM_UNREADABLE' } })
    expect(await again.send(deposit('b'))).toMatchObject({ outcome: 'accepted', version: 1 })
    await again.stop()
  })
})
