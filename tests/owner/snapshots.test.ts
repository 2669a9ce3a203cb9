import { type Clock, systemClock } from '@ottla/core'
import { StateStore } from '@ottla/eventstore'
import { type CommitFate, MemoryLog } from '@ottla/testing'
import { describe, expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { Account, Deposit, Look, Withdraw } from './bank.fixture.js'
import { NewAccount } from './deployments.fixture.js'
import { Ask, AskedErrand, Board, Errand, Stubborn } from './errand.fixture.js'
import { turns, until } from './gate.fixture.js'
import { type Cluster, cluster, newNode, recordsOf, startNode, topics } from './node.fixture.js'
import { compact, contentOf, countReads, mortalClock } from './snapshots.fixture.js'

const modules = [Account, AskedErrand, Board, Errand, Stubborn]
const never = () => new Promise<CommitFate>(() => {})

/** A cluster whose commits end as the test says, `frozen` never. */
function unruly() {
  const fates = { isFrozen: false, next: (_: boolean): CommitFate => 'ok' }
  const shared = cluster({
    onCommit: (_, records) => (fates.isFrozen ? never() : fates.next(records[0]?.topic === topics.snapshots)),
  })
  return { ...shared, fates }
}

/** What a new node without a state store restores, from the snapshots or from the events alone; it commits nothing. */
async function restored(shared: ReturnType<typeof unruly>, options: { snapshots: boolean; shards: number; modules?: typeof modules; store?: StateStore }) {
  const clock = mortalClock()
  const store = options.store ?? new StateStore(':memory:')
  shared.fates.isFrozen = true
  const node = newNode({ modules, ...shared, ...options, store, clock })
  await node.host.start()
  const content = contentOf(store, shared)
  clock.die()
  node.kill()
  shared.fates.isFrozen = false
  return { content, store }
}

describe('a restore from snapshots alone', () => {
  test('makes what a restore from the events makes, whatever has happened before (12 seeds)', { timeout: 120_000 }, async () => {
    let used = 0
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed)
      const shared = unruly()
      const shards = 1 + random.below(2)
      shared.fates.next = isSnapshot => (random.chance(isSnapshot ? 0.03 : 0.02) ? random.pick(['lost-before', 'lost-after'] as const) : 'ok')
      const stores = [new StateStore(':memory:'), new StateStore(':memory:')]
      let count = 0
      for (let life = 0; life < 6; life++) {
        const clock = mortalClock()
        const store = random.chance(0.2) ? new StateStore(':memory:') : random.pick(stores)
        const limits = {
          snapshotEvents: 1 + random.below(30),
          snapshotBytes: 100 + random.below(4_000),
          streams: 1 + random.below(4),
          storeDelay: random.below(20),
          snapshotInterval: 5 + random.below(50),
        }
        const node = newNode({ ...shared, shards, modules, store, clock, limits, snapshots: life === 5 || random.chance(0.85) })
        await node.host.start()
        for (let round = 0; round < 10; round++) {
          const sent = Array.from({ length: random.below(12) }, () => {
            const account = `a${random.below(8)}`
            const id = `${seed}/${random.chance(0.1) ? random.below(count + 1) : ++count}`
            const amount = 1 + random.below(9)
            const command = random.pick([
              new Deposit({ account, amount }),
              new Withdraw({ account, amount }),
              new Look({ account }),
              new Ask({ errand: `e${count}`, board: `b${random.below(3)}`, text: random.pick(['fails', 'note']), padding: 0 }),
            ])
            return node.send(command, { id }).catch(() => undefined)
          })
          if (random.chance(0.7)) await Promise.all(sent)
          else await turns(random.below(12))
          if (random.chance(0.1)) compact(shared.broker)
        }
        if (random.chance(0.5)) await node.host.stop()
        clock.die()
        node.kill()
      }
      if (random.chance(0.5)) compact(shared.broker)
      const counts = countReads(shared.broker)
      const fromSnapshots = await restored(shared, { snapshots: true, shards })
      for (const [shard, { records }] of shared.broker.topic(topics.snapshots).partitions.entries()) {
        const hasMarker = records.some(({ key }) => key === '/')
        expect(fromSnapshots.store.checkpoint(shard)?.indexFrom !== undefined, `seed ${seed}`).toBe(hasMarker)
        if (hasMarker) used++
      }
      expect(counts.get(topics.snapshots) ?? 0).toBeGreaterThan(0)
      const fromEvents = await restored(shared, { snapshots: false, shards })
      expect(fromSnapshots.content, `seed ${seed}`).toEqual(fromEvents.content)
    }
    expect(used).toBeGreaterThan(9)
  })
})

/** A node with so many deposits to each of ten accounts, stopped: its last snapshot is complete. */
async function tenAccounts(shared: Cluster, deposits = 20): Promise<void> {
  const node = await startNode({ ...shared, snapshots: true })
  for (let round = 0; round < deposits; round++) {
    await Promise.all(Array.from({ length: 10 }, (_, account) => node.send(new Deposit({ account: `a${account}`, amount: 1 }), { id: `${round}/${account}` })))
  }
  await node.send(new Withdraw({ account: 'a0', amount: 1_000 }), { id: 'refused' })
  await node.send(new Look({ account: 'a0' }), { id: 'looked' })
  await node.stop()
}

describe('a node whose state store was deleted', () => {
  test('reads the snapshot and only the events behind its marker', async () => {
    const shared = cluster()
    await tenAccounts(shared)
    const more = await startNode({ ...shared, snapshots: false })
    for (let count = 0; count < 5; count++) await more.send(new Deposit({ account: 'a1', amount: 1 }))
    await more.stop()
    const counts = countReads(shared.broker)
    const node = await startNode({ ...shared, snapshots: true })
    // The five, and those around the one at the marker, which must be the same.
    expect(counts.get(topics.events)).toBeLessThan(25)
    expect(await node.send(new Withdraw({ account: 'a1', amount: 25 }))).toMatchObject({ outcome: 'accepted', version: 26 })
    expect(await node.send(new Withdraw({ account: 'a2', amount: 21 }))).toMatchObject({ outcome: 'rejected', version: 20 })
    await node.stop()
  })

  test('goes on with a snapshot where an earlier life of it was interrupted', async () => {
    const shared = unruly()
    await tenAccounts(shared)
    const store = new StateStore(':memory:')
    const clock = mortalClock()
    let time = systemClock.now()
    let slices = 0
    // Each record takes a slice of its own; the node dies after a few of them.
    const slow: Clock = {
      now: () => (time += 20),
      after: clock.after,
      nextTurn(task) {
        if (store.checkpoint(0)?.loading && ++slices === 5) clock.die()
        clock.nextTurn(task)
      },
    }
    const first = newNode({ ...shared, snapshots: true, store, clock: slow })
    void first.host.start()
    await until(() => slices === 5)
    first.kill()
    const next = store.checkpoint(0)?.loading?.next as number
    const { partitions } = shared.broker.topic(topics.snapshots)
    const [partition] = partitions as [(typeof partitions)[number]]
    expect(partition.records.filter(({ offset }) => offset < next).length).toBeGreaterThan(0)
    expect(partition.records.filter(({ offset }) => offset >= next).length).toBeGreaterThan(1)
    // What was loaded is not needed again.
    partition.records = partition.records.filter(({ offset }) => offset >= next)
    const resumed = await restored(shared, { snapshots: true, shards: 1, store })
    expect(store.checkpoint(0)?.indexFrom).toBeGreaterThan(0)
    expect(resumed.content).toEqual((await restored(shared, { snapshots: false, shards: 1 })).content)
  })

  test('knows the ids of commands that lie before the marker, with their outcomes and events', async () => {
    const shared = cluster()
    await tenAccounts(shared)
    // What the snapshot says must do without what compaction or retention have removed.
    for (const { records } of shared.broker.topic(topics.outcomes).partitions) records.splice(0)
    const node = await startNode({ ...shared, snapshots: true })
    const deposit = new Deposit({ account: 'a3', amount: 1 })
    expect(await node.send(deposit, { id: '7/3' })).toMatchObject({ outcome: 'accepted', version: 8, duplicate: true, events: [{ account: 'a3', amount: 1 }] })
    expect(await node.send(new Withdraw({ account: 'a0', amount: 1_000 }), { id: 'refused' })).toMatchObject({
      outcome: 'rejected',
      duplicate: true,
      reason: { code: 'overdrawn', details: { balance: 20 } },
    })
    expect(await node.send(new Look({ account: 'a0' }), { id: 'looked' })).toMatchObject({ outcome: 'accepted', duplicate: true })
    await expect(node.send(new Deposit({ account: 'a3', amount: 2 }), { id: '7/3' })).rejects.toThrow('COMMAND_ID_REUSED')
    expect(await node.host.outcome('19/9', 'a9')).toMatchObject({ outcome: 'accepted', version: 20 })
    expect(recordsOf(shared, topics.events)).toHaveLength(200)
    await node.stop()
  })

  test('reads streams from their first event on, whichever part was asked for before', async () => {
    const shared = cluster()
    await tenAccounts(shared)
    const node = await startNode({ ...shared, snapshots: true })
    await node.send(new Deposit({ account: 'a4', amount: 1 }))
    await node.send(new Deposit({ account: 'a4', amount: 1 }), { id: '7/4' })
    await node.send(new Deposit({ account: 'a4', amount: 1 }), { id: '9/4' })
    const versions = async (account: string, to?: number) => (await node.host.streams.read('account', account, { to })).map(({ version }) => version)
    const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
    expect(await versions('a4', 12)).toEqual(upTo(12))
    expect(await versions('a4')).toEqual(upTo(21))
    expect(await versions('a5', 3)).toEqual(upTo(3))
    expect(await versions('a5', 100)).toEqual(upTo(20))
    expect(await versions('nobody')).toEqual([])
    await node.stop()
  })

  test('refuses to give a history that the log does not have', async () => {
    const shared = cluster()
    await tenAccounts(shared)
    for (const { records } of shared.broker.topic(topics.events).partitions) records.splice(0, 15)
    const node = await startNode({ ...shared, snapshots: true })
    await expect(node.host.streams.read('account', 'a4')).rejects.toThrow('STREAM_INCOMPLETE')
    await node.stop()
  })
})

describe('a snapshot', () => {
  test('of another declared state version gives its ids, and the states are made from the events', async () => {
    const shared = cluster()
    await tenAccounts(shared)
    const node = await startNode({ ...shared, snapshots: true, modules: [NewAccount] })
    expect(await node.send(new Deposit({ account: 'a3', amount: 1 }), { id: '7/3' })).toMatchObject({ version: 8, duplicate: true })
    expect(await node.send(new Withdraw({ account: 'a3', amount: 20 }))).toMatchObject({ outcome: 'accepted', version: 22 })
    await node.stop()
    const counts = countReads(shared.broker)
    const next = await startNode({ ...shared, snapshots: true, modules: [NewAccount] })
    expect(next.store.state('account', 'a3')).toMatchObject({ version: 22, state: expect.stringContaining('"isClosed":true') })
    expect(counts.get(topics.events)).toBeLessThan(25)
    await next.stop()
  })

  test('of another declared state version that lacks its marker gives no state to older code', async () => {
    const shared = unruly()
    await tenAccounts(shared)
    shared.fates.next = isSnapshot => (isSnapshot && recordsOf(shared, topics.snapshots).at(-1)?.key === 'account/a3' ? 'lost-before' : 'ok')
    const newer = await startNode({ ...shared, snapshots: true, modules: [NewAccount], limits: { snapshotBytes: 1 } })
    await newer.send(new Deposit({ account: 'a3', amount: 1 }))
    await newer.stop()
    expect(recordsOf(shared, topics.snapshots).at(-1)?.key).toBe('account/a3')
    const older = await startNode({ ...shared, snapshots: true })
    expect(older.store.checkpoint(0)?.indexFrom).toBeGreaterThan(0)
    expect(await older.send(new Withdraw({ account: 'a3', amount: 21 }))).toMatchObject({ outcome: 'accepted', version: 22 })
    expect(await older.send(new Withdraw({ account: 'a4', amount: 20 }))).toMatchObject({ outcome: 'accepted', version: 21 })
    await older.stop()
  })

  test('that a fenced owner writes late changes nothing', async () => {
    const held: (() => void)[] = []
    const shared = cluster({
      onCommit: (_, records) => (records[0]?.topic === topics.snapshots && held.length === 0 ? new Promise(go => held.push(() => go('ok'))) : 'ok'),
    })
    const zombie = await startNode({ ...shared, snapshots: true, limits: { snapshotEvents: 1 } })
    await zombie.send(new Deposit({ account: 'a', amount: 1 }))
    await until(() => held.length === 1)
    zombie.log.expel()
    const owner = await startNode({ ...shared, snapshots: true, limits: { snapshotEvents: 1_000 } })
    await owner.send(new Deposit({ account: 'a', amount: 1 }))
    await owner.host.stop()
    const before = recordsOf(shared, topics.snapshots).length
    held[0]?.()
    await turns(50)
    expect(recordsOf(shared, topics.snapshots)).toHaveLength(before)
    zombie.kill()
    await owner.log.close()
    const heir = await startNode({ ...shared, snapshots: true })
    expect(await heir.send(new Deposit({ account: 'a', amount: 1 }))).toMatchObject({ version: 3 })
    await heir.stop()
  })

  test('of topics that were made anew is not used, and its records do not count any more', async () => {
    const before = cluster()
    await tenAccounts(before)
    const after = cluster()
    const [partition] = before.broker.topic(topics.snapshots).partitions
    await new MemoryLog(after.broker, systemClock).admin.ensureTopics([{ name: topics.snapshots, partitions: 1, compacted: true }])
    after.broker.append((partition?.records ?? []).map(({ key, ...record }) => ({ key: key as string, ...record })))
    const shared = { broker: after.broker, registry: before.registry }
    const node = await startNode({ ...shared, snapshots: true })
    expect(await node.send(new Withdraw({ account: 'a0', amount: 1 }))).toMatchObject({ outcome: 'rejected', version: 0 })
    await node.send(new Deposit({ account: 'b', amount: 1 }))
    await node.stop()
    const next = await startNode({ ...shared, snapshots: true })
    expect([next.store.checkpoint(0)?.indexFrom, next.store.state('account', 'a0'), next.store.state('account', 'b')?.version]).toEqual([1, undefined, 1])
    await next.stop()
  })

  test('leaves out a state that is too large for a record, and it is made from its events', async () => {
    const shared = cluster()
    const limits = { recordBytes: 1_200 }
    const node = await startNode({ ...shared, snapshots: true, limits })
    for (let count = 0; count < 50; count++) await node.send(new Deposit({ account: 'large', amount: 1 }))
    await node.send(new Deposit({ account: 'small', amount: 1 }))
    await node.stop()
    expect(recordsOf(shared, topics.snapshots).every(({ value }) => (value?.length ?? 0) <= 1_200)).toBe(true)
    const next = await startNode({ ...shared, snapshots: true, limits })
    expect(next.store.checkpoint(0)?.indexFrom).toBeGreaterThan(0)
    expect(await next.send(new Withdraw({ account: 'large', amount: 50 }))).toMatchObject({ outcome: 'accepted', version: 51 })
    expect(await next.send(new Withdraw({ account: 'small', amount: 1 }))).toMatchObject({ outcome: 'accepted', version: 2 })
    await next.stop()
  })

  test('that the log refuses does not end the shard', async () => {
    const shared = cluster({ maxRecordBytes: 400 })
    const node = await startNode({ ...shared, snapshots: true, limits: { snapshotEvents: 5 } })
    for (let count = 1; count <= 30; count++) expect(await node.send(new Deposit({ account: 'a', amount: 1 }))).toMatchObject({ version: count })
    expect(node.failures).toEqual([])
    await node.stop()
  })

  test('is written while commands are decided, never in one transaction with them', async () => {
    const commits: (readonly string[])[] = []
    const shared = cluster({
      onCommit(_, records) {
        commits.push([...new Set(records.map(({ topic }) => topic))])
        return 'ok'
      },
    })
    const node = await startNode({ ...shared, snapshots: true, limits: { snapshotEvents: 10, snapshotBytes: 200 } })
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 10 }, (_, account) => node.send(new Deposit({ account: `a${account}`, amount: round + 1 }))))
    }
    const snapshots = commits.filter(written => written.includes(topics.snapshots))
    expect(snapshots.length).toBeGreaterThan(3)
    expect(snapshots.every(written => written.length === 1)).toBe(true)
    await node.stop()
  })

  test('tells of nothing new when nothing has happened since the one before', async () => {
    const shared = cluster()
    await tenAccounts(shared)
    const written = recordsOf(shared, topics.snapshots).length
    const store = new StateStore(':memory:')
    for (let start = 0; start < 2; start++) {
      const node = await startNode({ ...shared, snapshots: true, store })
      await node.host.stop()
      await node.log.close()
    }
    expect(recordsOf(shared, topics.snapshots)).toHaveLength(written)
  })

  test('has everything again when the app went without snapshots for a while', async () => {
    const shared = cluster()
    const store = new StateStore(':memory:')
    const live = async (snapshots: boolean, account: string) => {
      const node = await startNode({ ...shared, snapshots, store })
      await node.send(new Deposit({ account, amount: 1 }), { id: account })
      await node.host.stop()
      await node.log.close()
    }
    await live(true, 'a')
    await live(false, 'b')
    await live(true, 'c')
    const node = await startNode({ ...shared, snapshots: true })
    expect(['a', 'b', 'c'].map(account => node.store.state('account', account)?.version)).toEqual([1, 1, 1])
    expect(await node.send(new Deposit({ account: 'b', amount: 1 }), { id: 'b' })).toMatchObject({ duplicate: true })
    await node.stop()
  })
})

test('a snapshot ends, however fast commands are decided meanwhile', async () => {
  const shared = cluster()
  const node = await startNode({ ...shared, snapshots: true, limits: { snapshotEvents: 200, snapshotBytes: 2_000, storeBacklog: 1, batch: 50 } })
  const isComplete = () => recordsOf(shared, topics.snapshots).some(({ key }) => key === '/')
  let sent = 0
  const sender = async (account: string) => {
    while (sent++ < 20_000 && !isComplete()) await node.send(new Deposit({ account, amount: 1 }))
  }
  await Promise.all(Array.from({ length: 50 }, (_, n) => sender(`${n}`)))
  expect(sent).toBeLessThan(20_000)
  await node.log.close()
})
