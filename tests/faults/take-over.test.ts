import { setTimeout as delay } from 'node:timers/promises'
import { shardOf } from '@ottla/eventstore'
import { beforeAll, expect, it } from 'vitest'
import { build } from '../built.js'
import { ask, bankRun, deposit, expectPromisesKept } from './bank.fixture.js'
import type { BankRun } from './driver/bank-run.js'

const shards = 4

beforeAll(() => build('tests'), 180_000)

/** An account in this shard. */
function accountIn(shard: number): string {
  for (let n = 0; ; n++) if (shardOf(`account-${n}`, shards) === shard) return `account-${n}`
}

/** Waits until every shard of the bank has answered through this node. */
async function askEveryShard(run: BankRun, node = run.nodes[0]): Promise<void> {
  if (!node) throw new Error('the run has no nodes')
  await Promise.all(Array.from({ length: shards }, (_, shard) => ask(run, node, deposit(accountIn(shard)))))
}

it('a shard works again without a rebalance after the broker has timed out the transaction of its rightful owner', async () => {
  const run = bankRun({ nodes: 1, shards, transactionTimeout: 2_000 })
  await run.start()
  const [node] = run.nodes
  if (!node) return
  await askEveryShard(run)
  const { joins, takeovers } = { ...run.traffic }
  const held = deposit(accountIn(0))
  // The broker gives the transaction up after 2 seconds, when its end is still on the way.
  const onTheWay = 3_700
  run.faults.next('EndTxn', { kind: 'delay', milliseconds: onTheWay })
  const begin = Date.now()
  expect(await ask(run, node, held)).toMatchObject({ outcome: 'accepted', version: 2 })
  expect(Date.now() - begin - onTheWay).toBeLessThan(2_000)
  await askEveryShard(run)
  expect(run.faults.total).toBe(1)
  expect(run.traffic.takeovers).toBeGreaterThan(takeovers)
  expect(run.traffic.joins).toBe(joins)
  await expectPromisesKept(run)
})

it('a node that stays a member keeps its shards through a rebalance: it takes over nothing that it has', async () => {
  const run = bankRun({ nodes: 2, shards })
  const [first, second] = run.nodes
  await first?.start()
  await askEveryShard(run, first)
  expect(run.traffic.takeovers).toBe(shards)
  await second?.start()
  await askEveryShard(run, first)
  await askEveryShard(run, second)
  // Half of the shards move, the others stay where they are.
  expect(run.traffic.takeovers).toBe(shards + shards / 2)
  expect(run.traffic.fencings).toBe(0)
  await expectPromisesKept(run)
})

it('a zombie and its successor fence each other once, not in turns', async () => {
  const run = bankRun({ nodes: 2, shards, sessionTimeout: 2_000 })
  await run.start()
  const [zombie, successor] = run.nodes
  await askEveryShard(run)
  zombie?.pause()
  const waiting = Array.from({ length: 20 }, (_, n) => deposit(accountIn(n % shards)))
  const answers = waiting.map(command => {
    run.ask(command)
    return zombie?.process?.send(command, 60_000)
  })
  await askEveryShard(run, successor)
  zombie?.resume()
  await Promise.all(answers)
  await askEveryShard(run, successor)
  // The zombie joins again, which moves half of the shards once more; then it is quiet. In turns, the count would grow for ever.
  const takeoversOfASecond = async () => {
    const { takeovers } = { ...run.traffic }
    await delay(1_000)
    for (const node of run.nodes) await askEveryShard(run, node)
    return run.traffic.takeovers - takeovers
  }
  await expect.poll(takeoversOfASecond, { timeout: 30_000 }).toBe(0)
  expect(await takeoversOfASecond()).toBe(0)
  expect(run.traffic.takeovers).toBeLessThanOrEqual(3 * shards)
  await expectPromisesKept(run)
})

it('a node that stalls before it opens its writer, and comes back after another has taken over, does no harm', async () => {
  const run = bankRun({ nodes: 2, shards, sessionTimeout: 2_000 })
  const [owner, late] = run.nodes
  await owner?.start()
  await askEveryShard(run, owner)
  // What fences the owner is on its way while the node stands still, so that its shards go back to the owner.
  late?.faults.next('InitProducerId', { kind: 'delay', milliseconds: 6_000 })
  late?.faults.next('InitProducerId', { kind: 'delay', milliseconds: 6_000 })
  const started = late?.start()
  await expect.poll(() => late?.faults.total, { timeout: 20_000 }).toBeGreaterThan(0)
  late?.pause()
  await askEveryShard(run, owner)
  await delay(5_000)
  late?.resume()
  await started
  await askEveryShard(run, owner)
  await askEveryShard(run, late)
  await expectPromisesKept(run)
})

it('a restore that takes longer than the session keeps the shards: the node goes on telling the group that it lives', async () => {
  const run = bankRun({ nodes: 1, shards, sessionTimeout: 2_000 })
  await run.start()
  const [node] = run.nodes
  await askEveryShard(run)
  await node?.kill({ forget: true })
  const { takeovers } = { ...run.traffic }
  for (let n = 0; n < 3; n++) node?.faults.next('Fetch', { kind: 'delay', milliseconds: 1_500 })
  await node?.start()
  await askEveryShard(run)
  expect(run.traffic.takeovers).toBe(takeovers + shards)
  await expectPromisesKept(run)
})

it('a node that dies in mid-commit leaves a transaction open, which its successor settles', async () => {
  const run = bankRun({ nodes: 2, shards })
  await run.start()
  const [first, second] = run.nodes
  await askEveryShard(run)
  const cut = Array.from({ length: shards }, (_, shard) => deposit(accountIn(shard)))
  for (const command of cut) run.ask(command)
  for (let n = 0; n < shards; n++) first?.faults.next('EndTxn', { kind: 'lose request' })
  const dying = cut.map(command => first?.process?.send(command, 60_000).catch(() => undefined))
  await expect.poll(() => first?.faults.total, { timeout: 20_000 }).toBeGreaterThan(0)
  await first?.kill({ forget: true })
  await Promise.all(dying)
  if (second) await Promise.all(cut.map(command => ask(run, second, command)))
  await expectPromisesKept(run)
})
