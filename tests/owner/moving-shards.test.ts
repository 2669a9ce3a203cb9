import { eventstoreErrors, type LogMember, type MemberOptions, shardOf } from '@ottla/eventstore'
import { describe, expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { SimulatedClock } from '../simulation/simulated-clock.js'
import { Deposit } from './bank.fixture.js'
import { gate, turns, until } from './gate.fixture.js'
import { cluster, commandRecord, eventsOf, type Node, newNode, recordsOf, startNode, toInbox, topics } from './node.fixture.js'

/** An account whose shard is this one of so many. */
function accountIn(shard: number, shards: number): string {
  for (let number = 0; ; number++) if (shardOf(`a${number}`, shards) === shard) return `a${number}`
}

const deposit = (shard: number, shards: number, amount = 1) => new Deposit({ account: accountIn(shard, shards), amount })
const unavailable = () => eventstoreErrors.create('LOG_UNAVAILABLE', { log: 'c1', error: 'as the test wants it' })

/** Runs in virtual time, so that waiting costs none. */
function simulated<T>(play: (clock: SimulatedClock, wait: (milliseconds: number) => Promise<void>) => Promise<T>): Promise<T> {
  const clock = new SimulatedClock(new Random(1))
  return clock.run(play(clock, milliseconds => new Promise(resolve => void clock.after(milliseconds, resolve))))
}

/** Lets the test see the member of a node, and decide what it says. */
function spyOnMember(node: Node): { options?: MemberOptions; member?: LogMember; holds?: boolean } {
  const seen: { options?: MemberOptions; member?: LogMember; holds?: boolean } = {}
  const join = node.log.member.bind(node.log)
  node.log.member = async options => {
    seen.options = options
    const assigned: MemberOptions['assigned'] = (partitions, member) => {
      seen.member = member
      const holds = member.holds.bind(member)
      member.holds = async partition => seen.holds ?? holds(partition)
      return options.assigned(partitions, member)
    }
    return join({ ...options, assigned })
  }
  return seen
}

describe('when another node comes', () => {
  test('a shard that stays keeps its writer and its memory', async () => {
    const shared = { ...cluster(), shards: 2 }
    const first = await startNode({ ...shared, limits: { storeBacklog: 1_000_000, storeDelay: 1_000_000 } })
    await first.send(deposit(0, 2))
    const reads: string[] = []
    const read = shared.broker.read.bind(shared.broker)
    shared.broker.read = (at, from, limit) => {
      if (at.topic === topics.events && at.partition === 0) reads.push(`from ${from}`)
      return read(at, from, limit)
    }
    const second = await startNode(shared)
    await until(() => shared.broker.epochs.get('bank.1') === 2)
    expect(await first.send(deposit(0, 2))).toMatchObject({ version: 2 })
    expect(await first.send(deposit(1, 2))).toMatchObject({ version: 1 })
    expect(await second.send(deposit(0, 2))).toMatchObject({ version: 3 })
    await second.stop()
    expect(await first.send(deposit(0, 2))).toMatchObject({ version: 4 })
    expect(shared.broker.epochs.get('bank.0')).toBe(1)
    expect(reads).toEqual([])
    await first.stop()
  })

  test('a shard is given up although commands keep coming, and they are decided there', async () => {
    const shared = { ...cluster(), shards: 2 }
    const first = await startNode(shared)
    let isDone = false
    const sent: number[] = []
    // Its queue is never empty.
    const callers: Promise<unknown>[] = []
    const sending = (async () => {
      while (!isDone) {
        callers.push(first.send(deposit(1, 2)).then(({ version }) => sent.push(version)))
        await turns(1)
      }
    })()
    await until(() => sent.length > 20)
    const second = await startNode(shared)
    for (let turn = 0; turn < 1_000 && shared.broker.epochs.get('bank.1') !== 2; turn++) await turns(1)
    expect(shared.broker.epochs.get('bank.1')).toBe(2)
    const before = sent.length
    await until(() => sent.length > before + 20)
    isDone = true
    await sending
    await Promise.all(callers)
    expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent.length }, (_, index) => index + 1))
    await second.stop()
    await first.stop()
  })

  test('commands in a queue that is given up with its commit not answered are decided once', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const first = await startNode(shared)
    const second = await startNode(shared)
    const callers = [1, 2, 3].map(amount => first.send(deposit(0, 1, amount)))
    const held = await next()
    // The first node is taken for dead in mid-commit: its group gives the shard to the second one.
    first.log.expel()
    await until(() => shared.broker.epochs.get('bank.0') === 2)
    held.end('lost-after')
    open()
    const receipts = await Promise.all(callers)
    expect(receipts.map(({ version }) => version).toSorted()).toEqual([1, 2, 3])
    expect(eventsOf(shared)).toHaveLength(3)
    expect([...first.failures, ...second.failures]).toEqual([])
    await second.stop()
  })
})

describe('taking over', () => {
  test('one shard fails for a while, the others and the start of the node do not wait for it', () =>
    simulated(async clock => {
      const shared = { ...cluster(), shards: 3, clock }
      const node = newNode(shared)
      const writer = node.log.writer.bind(node.log)
      let isBroken = true
      node.log.writer = async id => {
        if (id === 'bank.1' && isBroken) throw unavailable()
        return writer(id)
      }
      await node.host.start()
      expect(await node.send(deposit(0, 3))).toMatchObject({ version: 1 })
      expect(await node.send(deposit(2, 3))).toMatchObject({ version: 1 })
      const waiting = node.send(deposit(1, 3), { timeout: 60_000 })
      await expect(node.send(deposit(1, 3, 2), { timeout: 1_000 })).rejects.toThrow('COMMAND_TIMEOUT')
      isBroken = false
      expect(await waiting).toMatchObject({ version: 1 })
      expect(node.failures).toEqual([])
      await node.stop()
    }))

  test('one shard takes long, the others decide meanwhile what waits in their inboxes', async () => {
    const shared = { ...cluster(), shards: 2 }
    const before = await startNode(shared)
    await before.stop()
    const records = await Promise.all([0, 1].map(shard => commandRecord(shared, accountIn(shard, 2), `c${shard}`, deposit(shard, 2))))
    toInbox(shared, records, 2)
    const node = newNode(shared)
    const writer = node.log.writer.bind(node.log)
    const slow = Promise.withResolvers<void>()
    node.log.writer = async id => {
      if (id === 'bank.0') await slow.promise
      return writer(id)
    }
    const started = node.host.start()
    await until(() => eventsOf(shared).length === 1)
    slow.resolve()
    await started
    await until(() => eventsOf(shared).length === 2)
    await node.stop()
  })

  test('a shard that cannot be taken over at all fails the start', async () => {
    const shared = { ...cluster(), shards: 2 }
    const node = newNode(shared)
    const writer = node.log.writer.bind(node.log)
    node.log.writer = async id => {
      if (id === 'bank.1') throw eventstoreErrors.create('LOG_FULL', { log: 'c1', error: 'full' })
      return writer(id)
    }
    await expect(node.host.start()).rejects.toThrow('LOG_FULL')
    expect(node.failures).toMatchObject([{ code: 'LOG_FULL' }])
    await node.stop()
  })

  test('the inbox is read from where the shard stands, however long it takes', async () => {
    const shared = cluster()
    const before = await startNode(shared)
    toInbox(shared, [await commandRecord(shared, 'a', 'one', new Deposit({ account: 'a', amount: 1 }))])
    await until(() => eventsOf(shared).length === 1)
    await before.stop()
    toInbox(shared, [await commandRecord(shared, 'a', 'two', new Deposit({ account: 'a', amount: 1 }))])
    const node = await startNode(shared)
    await until(() => eventsOf(shared).length === 2)
    await node.stop()
    expect(eventsOf(shared).map(({ commandId }) => commandId)).toEqual(['one', 'two'])
  })
})

describe('a node that is told of a shard', () => {
  test('but does not hold it, leaves it alone, until it does', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock }
      const owner = await startNode(shared)
      await owner.send(deposit(0, 1))
      const node = newNode(shared)
      const seen = spyOnMember(node)
      await node.host.start()
      seen.holds = false
      await seen.options?.assigned([{ topic: topics.commands, partition: 0 }], seen.member as LogMember)
      expect(await node.send(deposit(0, 1))).toMatchObject({ version: 2 })
      expect(await node.host.streams.read('account', accountIn(0, 1))).toHaveLength(2)
      expect(shared.broker.epochs.get('bank.0')).toBe(1)
      await owner.stop()
      seen.holds = true
      await wait(6_000)
      expect(shared.broker.epochs.get('bank.0')).toBe(2)
      expect(await node.send(deposit(0, 1))).toMatchObject({ version: 3 })
      expect(node.failures).toEqual([])
      await node.stop()
    }))

  test('that it has and never lost, keeps its owner', async () => {
    const shared = cluster()
    const node = newNode(shared)
    const seen = spyOnMember(node)
    await node.host.start()
    toInbox(shared, [await commandRecord(shared, 'a', 'one', new Deposit({ account: 'a', amount: 1 }))])
    await until(() => eventsOf(shared).length === 1)
    const [start] = (await seen.options?.assigned([{ topic: topics.commands, partition: 0 }], seen.member as LogMember)) ?? []
    expect(start).toEqual({ topic: topics.commands, partition: 0, offset: shared.broker.end({ topic: topics.commands, partition: 0 }) })
    expect(await node.send(deposit(0, 1))).toMatchObject({ outcome: 'accepted' })
    expect(shared.broker.epochs.get('bank.0')).toBe(1)
    await node.stop()
  })

  test('whose inbox begins later than it stands, because another node has decided it, takes it over anew', async () => {
    const shared = cluster()
    const node = newNode(shared)
    const seen = spyOnMember(node)
    await node.host.start()
    await node.send(deposit(0, 1))
    const gap = { topic: topics.commands, partition: 0, from: 7, records: [], next: 8 }
    // The first time it may only have been fetched before a seek.
    await seen.options?.records(gap, seen.member as LogMember)
    expect(await node.send(deposit(0, 1))).toMatchObject({ version: 2 })
    expect(shared.broker.epochs.get('bank.0')).toBe(1)
    await seen.options?.records(gap, seen.member as LogMember)
    await until(() => shared.broker.epochs.get('bank.0') === 2)
    expect(await node.send(deposit(0, 1))).toMatchObject({ version: 3 })
    expect(node.failures).toEqual([])
    await node.stop()
  })
})

test('a commit that is answered after its shard was taken over anew is not taken for one of the new term', async () => {
  const { onCommit, next, open } = gate()
  const shared = cluster({ onCommit })
  const node = newNode(shared)
  const seen = spyOnMember(node)
  await node.host.start()
  const sent = [node.send(deposit(0, 1), { id: 'one' }), node.send(deposit(0, 1), { id: 'two' })]
  const held = await next()
  const gap = { topic: topics.commands, partition: 0, from: 7, records: [], next: 8 }
  for (let times = 0; times < 2; times++) await seen.options?.records(gap, seen.member as LogMember)
  await until(() => shared.broker.epochs.get('bank.0') === 2)
  held.end('ok')
  open()
  expect((await Promise.all(sent)).map(({ version }) => version).toSorted()).toEqual([1, 2])
  expect(await node.send(deposit(0, 1))).toMatchObject({ version: 3 })
  expect(await node.host.streams.read('account', accountIn(0, 1))).toHaveLength(3)
  expect(node.failures).toEqual([])
  await node.stop()
})

describe('two nodes that both want a shard', () => {
  test('fence each other once, not in turns, when one stalled before it opened its writer', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock }
      const stalled = newNode(shared)
      const writer = stalled.log.writer.bind(stalled.log)
      const stall = Promise.withResolvers<void>()
      stalled.log.writer = async id => {
        await stall.promise
        return writer(id)
      }
      const starting = stalled.host.start()
      await wait(10)
      stalled.log.expel()
      const owner = await startNode(shared)
      await owner.send(deposit(0, 1))
      stall.resolve()
      await starting
      const receipts = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? owner : stalled).send(deposit(0, 1), { timeout: 20_000 })))
      expect(receipts.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
      await wait(60_000)
      // The owner's, the stalled one's, and the owner's again.
      expect(shared.broker.epochs.get('bank.0')).toBeLessThanOrEqual(3)
      const writers = shared.broker.epochs.get('bank.0')
      for (const node of [owner, stalled]) await node.send(deposit(0, 1))
      expect(shared.broker.epochs.get('bank.0')).toBe(writers)
      expect([...owner.failures, ...stalled.failures]).toEqual([])
      await owner.stop()
    }))

  test('the rightful owner goes on by itself when the broker has given up its transaction', () =>
    simulated(async clock => {
      const shared = { ...cluster(), clock }
      const node = await startNode(shared)
      await node.send(deposit(0, 1))
      // What a coordinator does when a transaction takes too long: a new epoch that nobody has.
      shared.broker.epochs.set('bank.0', 2)
      const before = clock.now()
      expect(await node.send(deposit(0, 1))).toMatchObject({ outcome: 'accepted', version: 2 })
      expect(clock.now() - before).toBeLessThan(2_000)
      await node.stop()
    }))
})

describe('while the registry cannot be reached', () => {
  test('a batch of the inbox waits, and the shard goes on with commands of this process', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock }
      const node = await startNode(shared)
      const record = await commandRecord(shared, 'a', 'new schema', new Deposit({ account: 'a', amount: 1 }))
      // Written with a schema that this node has not met.
      const id = await shared.registry.register(
        'other',
        JSON.stringify({ ...JSON.parse((await shared.registry.schemaById(record.value.readInt32BE(1))).schema), doc: 'v2', aliases: ['x'] }),
      )
      record.value.writeInt32BE(id, 1)
      const schemaById = shared.registry.schemaById.bind(shared.registry)
      let asked = 0
      shared.registry.schemaById = async schema => {
        if (++asked <= 3) throw unavailable()
        return schemaById(schema)
      }
      toInbox(shared, [record])
      expect(await node.send(deposit(0, 1))).toMatchObject({ outcome: 'accepted', version: 1 })
      await wait(1_000)
      expect(asked).toBe(4)
      expect(eventsOf(shared).map(({ commandId }) => commandId)).toContain('new schema')
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      expect(node.failures).toEqual([])
      await node.stop()
    }))
})

describe('what the log refuses for good', () => {
  const forbidden = (topic: string) => eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition: 0 })
  const refusing = (...names: string[]) =>
    cluster({
      onCommit(_, records) {
        const refused = records.find(({ topic }) => names.includes(topic))
        if (refused) throw forbidden(refused.topic)
        return 'ok'
      },
    })

  test('fails the command, and the shard goes on', async () => {
    const shared = refusing(topics.events)
    const node = await startNode(shared)
    const receipts = await Promise.all([node.send(deposit(0, 1)), node.send(deposit(0, 1, 2))])
    expect(receipts).toMatchObject([
      { outcome: 'failed', version: 0, error: { code: 'TOPIC_UNKNOWN' } },
      { outcome: 'failed', version: 0, error: { code: 'TOPIC_UNKNOWN' } },
    ])
    expect(node.failures).toEqual([])
    await node.stop()
  })

  test('ends the app where not even the failure can be recorded', async () => {
    const shared = refusing(topics.events, topics.outcomes)
    const node = await startNode(shared)
    await expect(node.send(deposit(0, 1))).rejects.toThrow('COMMAND_OUTCOME_UNKNOWN')
    await turns(5)
    expect(node.failures).toMatchObject([{ code: 'TOPIC_UNKNOWN' }])
    await node.stop()
  })
})
