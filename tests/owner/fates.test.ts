import type { Receipt } from '@ottla/core'
import { deduplicationWindow, StateStore } from '@ottla/eventstore'
import type { CommitFate } from '@ottla/testing'
import { describe, expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { SimulatedClock } from '../simulation/simulated-clock.js'
import { Deposit, Withdraw } from './bank.fixture.js'
import { gate, turns } from './gate.fixture.js'
import { cluster, eventsOf, newNode, recordsOf, startNode, topics } from './node.fixture.js'

const deposit = (amount = 1) => new Deposit({ account: 'a', amount })
const refused = () => new Withdraw({ account: 'poor', amount: 1 })

/** How a promise has settled: the outcome of a receipt, or the code of an error. */
const fateOf = (receipt: Promise<Receipt>): Promise<string> =>
  receipt.then(
    ({ outcome }) => outcome,
    (error: { code?: string }) => error.code ?? String(error),
  )

describe('when a node stops', () => {
  test.each<CommitFate>(['lost-before', 'lost-after'])('while nobody knows how a commit has ended (%s), its caller is told so', async fate => {
    const { onCommit, next } = gate()
    const shared = cluster({ onCommit })
    const node = await startNode(shared)
    const caller = fateOf(node.send(deposit()))
    const held = await next()
    const waiting = fateOf(node.send(deposit(2)))
    await turns(3)
    held.end(fate)
    const stopped = node.stop()
    expect(await caller).toBe('COMMAND_OUTCOME_UNKNOWN')
    expect(['COMMAND_OUTCOME_UNKNOWN', 'SHARD_NOT_OWNED']).toContain(await waiting)
    await stopped
    expect(eventsOf(shared)).toHaveLength(fate === 'lost-after' ? 1 : 0)
  })

  test('at any moment of a take-over, it ends, every caller has a fate, and no writer of it stays', async () => {
    for (let moment = 0; moment < 25; moment++) {
      const { onCommit, next, open } = gate()
      const shared = cluster({ onCommit })
      const node = await startNode(shared)
      const callers = [deposit(1), deposit(2), deposit(3)].map(command => fateOf(node.send(command)))
      ;(await next()).end('lost-before')
      open()
      await turns(moment)
      await node.host.stop()
      const writers = shared.broker.epochs.get('bank.0')
      for (const fate of await Promise.all(callers)) expect(['accepted', 'COMMAND_OUTCOME_UNKNOWN', 'SHARD_NOT_OWNED']).toContain(fate)
      const other = await startNode(shared)
      const before = eventsOf(shared).length
      expect(await other.send(deposit())).toMatchObject({ outcome: 'accepted', version: before + 1 })
      await turns(30)
      expect(shared.broker.epochs.get('bank.0')).toBe((writers as number) + 1)
      expect(node.failures).toEqual([])
      await other.stop()
      await node.stop()
    }
  })

  test('at any moment of its start, it ends, and no writer of it stays', async () => {
    for (let moment = 0; moment < 15; moment++) {
      const shared = cluster()
      const node = newNode(shared)
      const started = node.host.start().catch(() => undefined)
      await turns(moment)
      await node.stop()
      const writers = shared.broker.epochs.get('bank.0') ?? 0
      await turns(30)
      expect(shared.broker.epochs.get('bank.0') ?? 0).toBe(writers)
      void started
    }
  })
})

describe('a caller', () => {
  test('beyond the limit of those that wait is refused before anything is written', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const node = await startNode({ ...shared, limits: { queue: 2 } })
    const callers = [fateOf(node.send(deposit(1))), fateOf(node.send(deposit(2)))]
    const held = await next()
    await expect(node.send(deposit(3))).rejects.toThrow('OVERLOADED')
    held.end('ok')
    open()
    expect(await Promise.all(callers)).toEqual(['accepted', 'accepted'])
    expect(await node.send(deposit(4))).toMatchObject({ version: 3 })
    await node.stop()
    expect(eventsOf(shared)).toHaveLength(3)
  })

  test('whose time is over learns whether the command was taken up', async () => {
    const clock = new SimulatedClock(new Random(1))
    const { onCommit, next, open } = gate()
    const shared = { ...cluster({ onCommit }), clock, limits: { batch: 1 } }
    const play = async () => {
      const node = await startNode(shared)
      const ask = () => fateOf(node.send(deposit(), { timeout: 1_000 }))
      const inCommit = ask()
      const held = await next()
      const decidedAhead = ask()
      await new Promise<void>(resolve => void clock.after(1, resolve))
      const inQueue = ask()
      const fates = await Promise.all([inCommit, decidedAhead, inQueue])
      held.end('ok')
      open()
      await new Promise<void>(resolve => void clock.after(1_000, resolve))
      await node.stop()
      return fates
    }
    expect(await clock.run(play())).toEqual(['COMMAND_OUTCOME_UNKNOWN', 'COMMAND_OUTCOME_UNKNOWN', 'COMMAND_TIMEOUT'])
    // What was not taken up is not decided later either.
    expect(eventsOf(shared)).toHaveLength(2)
  })
})

describe('reading during a take-over', () => {
  test('waits for its end and misses nothing', async () => {
    const { onCommit, next, open } = gate()
    const node = await startNode(cluster({ onCommit }))
    const first = node.send(deposit(), { id: 'first' })
    ;(await next()).end('ok')
    await first
    const second = node.send(deposit(), { id: 'second' })
    const held = await next()
    held.end('lost-after')
    await turns(1)
    const outcome = node.host.outcome('second', 'a')
    const stream = node.host.streams.read('account', 'a')
    open()
    expect(await outcome).toMatchObject({ outcome: 'accepted', version: 2, events: [{ amount: 1 }] })
    expect((await stream).map(({ commandId }) => commandId)).toEqual(['first', 'second'])
    expect(await second).toMatchObject({ duplicate: true })
    await node.stop()
  })
})

describe('after a restart', () => {
  test.each([true, false])('the position of a receipt that is given again covers the decision (store kept: %s)', async keepsStore => {
    const shared = cluster()
    const store = new StateStore(':memory:')
    const node = await startNode({ ...shared, store })
    await node.send(deposit(), { id: 'accepted' })
    await node.send(refused(), { id: 'refused' })
    await node.send(deposit())
    await node.host.stop()
    const again = await startNode(keepsStore ? { ...shared, store } : shared)
    const accepted = await again.send(deposit(), { id: 'accepted' })
    const rejected = await again.send(refused(), { id: 'refused' })
    const offsetOf = (topic: string) => recordsOf(shared, topic)[0]?.offset as number
    const ends = (topic: string) => shared.broker.end({ topic, partition: 0 })
    expect(accepted.position.offsets[topics.events]).toBeGreaterThan(offsetOf(topics.events))
    expect(rejected.position.offsets[topics.outcomes]).toBeGreaterThan(offsetOf(topics.outcomes))
    // What it was decided on was committed before.
    expect(rejected.position.offsets[topics.events]).toBeGreaterThan(offsetOf(topics.events))
    for (const { position } of [accepted, rejected])
      for (const [topic, offset] of Object.entries(position.offsets)) expect(offset).toBeLessThanOrEqual(ends(topic))
    await again.stop()
  })
})

describe('a command id', () => {
  test.each(['the node that decided it', 'a node with its store', 'a node without a store'])('is forgotten after 7 days by %s', async who => {
    const clock = new SimulatedClock(new Random(1))
    const shared = { ...cluster(), clock }
    const wait = (milliseconds: number) => new Promise<void>(resolve => void clock.after(milliseconds, resolve))
    const play = async () => {
      const store = new StateStore(':memory:')
      let node = await startNode({ ...shared, store })
      await node.send(deposit(), { id: 'one' })
      await node.send(refused(), { id: 'two' })
      const restart = async () => {
        if (who === 'the node that decided it') return
        await node.host.stop()
        node = await startNode(who === 'a node with its store' ? { ...shared, store } : shared)
      }
      await wait(deduplicationWindow - 2 * 60 * 60 * 1000)
      await restart()
      const within = [await node.send(deposit(), { id: 'one' }), await node.send(refused(), { id: 'two' })]
      await wait(4 * 60 * 60 * 1000)
      await restart()
      const after = [await node.send(deposit(), { id: 'one' }), await node.send(refused(), { id: 'two' })]
      await node.host.stop()
      return { within, after }
    }
    const { within, after } = await clock.run(play())
    expect(within).toMatchObject([{ duplicate: true }, { duplicate: true }])
    expect(after).toMatchObject([
      { duplicate: false, version: 2 },
      { duplicate: false, outcome: 'rejected' },
    ])
  })
})

describe('a node that another one has taken the shard from', () => {
  test('leaves it alone, and its callers have the outcome from there', async () => {
    const shared = cluster()
    const zombie = await startNode(shared)
    await zombie.send(deposit())
    zombie.log.expel()
    const owner = await startNode(shared)
    expect(await zombie.send(deposit())).toMatchObject({ outcome: 'accepted', version: 2, events: [{ amount: 1 }] })
    expect(await owner.send(deposit())).toMatchObject({ version: 3 })
    expect(shared.broker.epochs.get('bank.0')).toBe(2)
    expect([...zombie.failures, ...owner.failures]).toEqual([])
    await owner.stop()
  })

  test('cannot commit any more when the other one looks where the log ends', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const zombie = await startNode(shared)
    const late = fateOf(zombie.send(deposit()))
    const held = await next()
    zombie.log.expel()
    const owner = newNode(shared)
    const { admin } = owner.log
    const endOffsets = admin.endOffsets.bind(admin)
    admin.endOffsets = async topic => {
      const ends = await endOffsets(topic)
      held.end('ok')
      await turns(3)
      return ends
    }
    await owner.host.start()
    open()
    expect(await owner.send(deposit(), { id: 'another' })).toMatchObject({ outcome: 'accepted' })
    expect(await late).toBe('accepted')
    // The one that was under way has been decided by the new owner, once.
    expect(eventsOf(shared).map(({ version }) => version)).toEqual([1, 2])
    expect(eventsOf(shared).filter(({ commandId }) => commandId !== 'another')).toHaveLength(1)
    expect(shared.broker.epochs.get('bank.0')).toBe(2)
    await owner.stop()
  })
})
