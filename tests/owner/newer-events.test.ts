import type { Clock } from '@ottla/core'
import { shardOf } from '@ottla/eventstore'
import { describe, expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { SimulatedClock } from '../simulation/simulated-clock.js'
import { Deposit, Withdraw } from './bank.fixture.js'
import { NewAccount, OpenAccount } from './deployments.fixture.js'
import { isSettled } from './gate.fixture.js'
import { type Cluster, cluster, commandRecord, eventsOf, type Node, recordsOf, startNode, toInbox, topics } from './node.fixture.js'

/** A run in virtual time, so that patience and deadlines cost none. */
function simulated<T>(play: (clock: SimulatedClock, wait: (milliseconds: number) => Promise<void>) => Promise<T>): Promise<T> {
  const clock = new SimulatedClock(new Random(1))
  return clock.run(play(clock, milliseconds => new Promise(resolve => void clock.after(milliseconds, resolve))))
}

describe('a command for a stream to which a newer node has written an event that its owner does not know', () => {
  const key = (shard: number) => {
    for (let number = 0; ; number++) if (shardOf(`k${number}`, 2) === shard) return `k${number}`
  }
  const keys = [0, 1].map(key)

  /** Two accounts, one in each shard, that a newer node has closed; then an older node, and beside it a newer one. */
  async function deployed(shared: Cluster & { readonly clock: Clock }) {
    const first = await startNode({ ...shared, shards: 2, modules: [NewAccount] })
    for (const account of keys) {
      await first.send(new Deposit({ account, amount: 5 }))
      await first.send(new Withdraw({ account, amount: 5 }))
    }
    await first.stop()
    const older = await startNode({ ...shared, shards: 2, modules: [OpenAccount] })
    const newer = await startNode({ ...shared, shards: 2, modules: [NewAccount] })
    return { older, newer }
  }
  const send = (node: Node, timeout: number) => keys.map(account => node.send(new Deposit({ account, amount: 1 }), { id: `to ${account}`, timeout }))

  test('stays with a caller on another node, and is decided when a node has the shard that knows the event', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock }
      const { older, newer } = await deployed(shared)
      const sent = send(newer, 60_000)
      await wait(5_000)
      expect((await Promise.all(sent.map(isSettled))).sort()).toEqual([false, true])
      await older.stop()
      expect(await Promise.all(sent)).toMatchObject(keys.map(() => ({ outcome: 'accepted', version: 4, duplicate: false })))
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      await newer.stop()
    }))

  test('gets no outcome from the older node either, where the caller is on that', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock }
      const { older, newer } = await deployed(shared)
      const sent = send(older, 10_000).map(promise => promise.catch(error => error.code))
      await wait(5_000)
      expect((await Promise.all(sent.map(isSettled))).sort()).toEqual([false, true])
      await wait(15_000)
      const answers = await Promise.all(sent)
      expect(answers.map(answer => answer.outcome ?? answer).sort()).toEqual(['COMMAND_OUTCOME_UNKNOWN', 'accepted'])
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      await older.stop()
      expect((await Promise.all(send(newer, 60_000))).map(({ duplicate }) => duplicate).sort()).toEqual([false, true])
      await newer.stop()
    }))

  test('of a saga waits in the inbox', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock }
      const { older, newer } = await deployed(shared)
      toInbox(shared, await Promise.all(keys.map(account => commandRecord(shared, account, `to ${account}`, new Deposit({ account, amount: 1 })))), 2)
      await wait(5_000)
      const decided = () => eventsOf(shared).filter(({ commandId }) => commandId.startsWith('to '))
      expect(decided()).toHaveLength(1)
      await older.stop()
      await wait(5_000)
      expect(decided()).toHaveLength(2)
      expect([recordsOf(shared, topics.outcomes), recordsOf(shared, topics.deadLetters)]).toEqual([[], []])
      await newer.stop()
    }))
})
