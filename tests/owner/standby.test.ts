import { shardOf } from '@ottla/eventstore'
import type { CommitFate } from '@ottla/testing'
import { describe, expect, test } from 'vitest'
import { Deposit, Withdraw } from './bank.fixture.js'
import { Ask, stubbornModules } from './errand.fixture.js'
import { until } from './gate.fixture.js'
import { type Cluster, cluster, type Node, startNode, topics } from './node.fixture.js'
import { contentOf, countReads } from './snapshots.fixture.js'

/** The offset of the last record: commit markers may lie behind it. */
const lastOf = ({ broker }: Cluster, shard: number, topic: string) => broker.topic(topic).partitions[shard]?.records.at(-1)?.offset ?? -1

/** Resolves when the node's store has all events and outcomes of these shards. */
function isReady(shared: Cluster, { store }: Node, shards: readonly number[]): Promise<void> {
  return until(() =>
    shards.every(shard => {
      const { events = 0, outcomes = 0 } = store.checkpoint(shard) ?? {}
      return events > lastOf(shared, shard, topics.events) && outcomes > lastOf(shared, shard, topics.outcomes)
    }),
  )
}

const accountIn = (shard: number, shards: number) => Array.from({ length: 100 }, (_, count) => `a${count}`).find(id => shardOf(id, shards) === shard) as string

describe('a standby', () => {
  test.each([false, true])('takes a shard over without reading it again (snapshots %s)', async snapshots => {
    const shared = cluster()
    const owner = await startNode({ ...shared, snapshots })
    await owner.send(new Withdraw({ account: 'a', amount: 1 }), { id: 'refused' })
    const standby = await startNode({ ...shared, snapshots, standby: true })
    for (let count = 0; count < 300; count++) await owner.send(new Deposit({ account: 'a', amount: 1 }), { id: `d${count}` })
    await isReady(shared, standby, [0])
    const counts = countReads(shared.broker)
    owner.kill()
    expect(await standby.send(new Withdraw({ account: 'a', amount: 300 }))).toMatchObject({ outcome: 'accepted', version: 301 })
    expect(counts.get(topics.events) ?? 0).toBeLessThan(50)
    expect(await standby.send(new Deposit({ account: 'a', amount: 1 }), { id: 'd7' })).toMatchObject({ version: 8, duplicate: true })
    expect(await standby.send(new Withdraw({ account: 'a', amount: 1 }), { id: 'refused' })).toMatchObject({ outcome: 'rejected', duplicate: true })
    expect(await standby.host.streams.read('account', 'a')).toHaveLength(301)
    await standby.stop()
  })

  test('has what a restore makes, the deadlines of sagas among it', async () => {
    let isFrozen = false
    const shared = { ...cluster({ onCommit: () => (isFrozen ? new Promise<CommitFate>(() => {}) : 'ok') }), modules: stubbornModules }
    const owner = await startNode(shared)
    const standby = await startNode({ ...shared, standby: true })
    for (let count = 0; count < 20; count++) await owner.send(new Ask({ errand: `e${count}`, board: `b${count}`, text: 'fails', padding: 0 }))
    isFrozen = true
    await isReady(shared, standby, [0])
    const kept = contentOf(standby.store, shared)
    owner.kill()
    standby.kill()
    const restored = await startNode(shared)
    expect(kept).toEqual(contentOf(restored.store, shared))
    expect(kept.shards[0]?.deadlines.length).toBeGreaterThan(0)
    restored.kill()
  })

  test('writes nothing to the log and fences nobody', async () => {
    const writers = new Set<string>()
    const shared = cluster({
      onCommit(writer) {
        writers.add(writer)
        return 'ok'
      },
    })
    const owner = await startNode(shared)
    const standby = await startNode({ ...shared, standby: true })
    await owner.send(new Deposit({ account: 'a', amount: 1 }))
    await isReady(shared, standby, [0])
    expect([...shared.broker.epochs]).toEqual([['bank.0', 1]])
    await standby.stop()
    expect([...shared.broker.epochs]).toEqual([['bank.0', 1]])
    await owner.stop()
  })

  test('keeps ready what this node has lost, and gives it back to itself', async () => {
    const shared = { ...cluster(), shards: 2 }
    const first = await startNode({ ...shared, standby: true })
    const accounts = [accountIn(0, 2), accountIn(1, 2)]
    for (const account of accounts) await first.send(new Deposit({ account, amount: 1 }))
    const second = await startNode({ ...shared, standby: true })
    for (let count = 0; count < 10; count++) for (const account of accounts) await second.send(new Deposit({ account, amount: 1 }))
    await isReady(shared, first, [0, 1])
    await isReady(shared, second, [0, 1])
    second.kill()
    for (const account of accounts) expect(await first.send(new Deposit({ account, amount: 1 }))).toMatchObject({ version: 12 })
    await first.stop()
  })

  test('of so many shards keeps those that come after its own', async () => {
    const shared = { ...cluster(), shards: 4 }
    const owner = await startNode(shared)
    const accounts = [0, 1, 2, 3].map(shard => accountIn(shard, 4))
    const standby = await startNode({ ...shared, standby: 1 })
    for (const account of accounts) await owner.send(new Deposit({ account, amount: 1 }))
    const owned = [0, 1, 2, 3].filter(shard => standby.store.checkpoint(shard)?.events !== undefined)
    await isReady(shared, standby, owned)
    // The range assignor gives the second node the second half; the first shard after those is 0.
    expect(owned).toEqual([0, 2, 3])
    await owner.stop()
    await standby.stop()
  })
})
