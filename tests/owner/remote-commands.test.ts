import { isOttlaError, type Receipt } from '@ottla/core'
import { header, shardOf } from '@ottla/eventstore'
import type { CommitFate } from '@ottla/testing'
import { describe, expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { SimulatedClock } from '../simulation/simulated-clock.js'
import { Break, Deposit, Deposited, Look, Withdraw } from './bank.fixture.js'
import { Closed, NewAccount, OlderAccount } from './deployments.fixture.js'
import { Ask, AskedErrand, Board, Errand } from './errand.fixture.js'
import { gate, isSettled, turns, until } from './gate.fixture.js'
import { cluster, commandRecord, eventsOf, type Node, type NodeOptions, newNode, recordsOf, startNode, toInbox, topics } from './node.fixture.js'

const deposit = (amount = 1, account = 'a') => new Deposit({ account, amount })
const withdraw = (amount = 1) => new Withdraw({ account: 'a', amount })

/** How a promise has settled: the outcome of a receipt, or the code of an error. */
const fateOf = (receipt: Promise<Receipt>): Promise<string> =>
  receipt.then(
    ({ outcome }) => outcome,
    (error: { code?: string }) => error.code ?? String(error),
  )

/** Two nodes of an app with one shard: the first owns it, the second has to send through its inbox. */
async function ownerAndCaller(options: NodeOptions): Promise<{ owner: Node; caller: Node }> {
  const owner = await startNode(options)
  const caller = await startNode(options)
  return { owner, caller }
}

/** A run in virtual time, so that patience and deadlines cost none. */
function simulated<T>(play: (clock: SimulatedClock, wait: (milliseconds: number) => Promise<void>) => Promise<T>): Promise<T> {
  const clock = new SimulatedClock(new Random(1))
  return clock.run(play(clock, milliseconds => new Promise(resolve => void clock.after(milliseconds, resolve))))
}

/** Decides what happens to replies; everything else that producers send arrives. */
function onReplies(fate: (count: number) => CommitFate | Promise<CommitFate>) {
  let count = 0
  return (records: readonly { readonly topic: string }[]) => (records[0]?.topic === topics.replies ? fate(++count) : 'ok')
}

describe('a node without the shard', () => {
  test('gets every kind of outcome as the owner gives it', async () => {
    const shared = cluster()
    const { owner, caller } = await ownerAndCaller(shared)
    const offset = () => recordsOf(shared, topics.events).at(-1)?.offset as number
    const accepted = await caller.send(deposit(5))
    expect(accepted).toMatchObject({ outcome: 'accepted', aggregate: 'account', key: 'a', version: 1, duplicate: false })
    expect((accepted as { events: readonly object[] }).events).toEqual([new Deposited({ account: 'a', amount: 5 })])
    expect(accepted.position).toEqual({ shard: 0, offsets: { [topics.events]: offset() + 1, [topics.outcomes]: 0 } })
    const rejected = await caller.send(withdraw(50))
    expect(rejected).toMatchObject({ outcome: 'rejected', version: 1, reason: { code: 'overdrawn', details: { balance: 5 } } })
    expect(rejected.position.offsets[topics.outcomes]).toBe((recordsOf(shared, topics.outcomes)[0]?.offset as number) + 1)
    const failed = await caller.send(new Break({ account: 'a', how: 'throws' }))
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'HANDLER_FAILED', message: expect.stringContaining('broken') as string } })
    expect(await caller.send(new Look({ account: 'a' }))).toMatchObject({ outcome: 'accepted', version: 1, events: [] })
    expect(await owner.send(deposit(1))).toMatchObject({ version: 2 })
    await caller.stop()
    await owner.stop()
    expect(shared.broker.epochs.get('bank.0')).toBe(1)
  })

  test('gets the first outcome again for an id that was decided, and COMMAND_ID_REUSED for another command with it', async () => {
    const { owner, caller } = await ownerAndCaller(cluster())
    const first = await owner.send(deposit(5), { id: 'one' })
    await owner.send(withdraw(50), { id: 'two' })
    for (const written of [false, true]) {
      if (written) await owner.host.streams.read('account', 'a')
      const again = await caller.send(deposit(5), { id: 'one' })
      expect(again).toEqual({ ...first, position: again.position, duplicate: true })
      expect(await caller.send(withdraw(50), { id: 'two' })).toMatchObject({ outcome: 'rejected', duplicate: true, reason: { details: { balance: 5 } } })
      await expect(caller.send(deposit(6), { id: 'one' })).rejects.toThrow('COMMAND_ID_REUSED')
    }
    await caller.stop()
    await owner.stop()
  })

  test('gives two calls with one id to each its own answer', async () => {
    const shared = cluster()
    const { owner, caller } = await ownerAndCaller(shared)
    const fates = await Promise.all([caller.send(deposit(1), { id: 'x' }), caller.send(deposit(1), { id: 'x' }), fateOf(caller.send(deposit(2), { id: 'x' }))])
    expect(fates).toMatchObject([{ duplicate: false }, { duplicate: true, version: 1 }, 'COMMAND_ID_REUSED'])
    expect(eventsOf(shared)).toHaveLength(1)
    await caller.stop()
    await owner.stop()
  })

  test('reads events that are too large for a reply from the log', async () => {
    const shared = cluster()
    const { owner, caller } = await ownerAndCaller({ ...shared, limits: { recordBytes: 100 } })
    const how = 'x'.repeat(80)
    await owner.send(deposit())
    for (const duplicate of [false, true]) {
      const receipt = await caller.send(new Break({ account: 'a', how }), { id: 'large' })
      expect(receipt).toMatchObject({ outcome: 'accepted', version: 2, duplicate, events: [{ how }] })
    }
    await caller.stop()
    await owner.stop()
  })

  test('refuses what is invalid or beyond its limit before anything is written', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const { owner, caller } = await ownerAndCaller({ ...shared, limits: { remote: 2 } })
    await expect(caller.send(new Deposit({ account: 'a', amount: 1.5 }))).rejects.toThrow('MESSAGE_INVALID')
    const waiting = [caller.send(deposit(1)), caller.send(deposit(2))]
    const held = await next()
    await expect(caller.send(deposit(3))).rejects.toThrow('OVERLOADED')
    expect(recordsOf(shared, topics.commands)).toHaveLength(2)
    held.end('ok')
    open()
    await Promise.all(waiting)
    expect(await caller.send(deposit(4))).toMatchObject({ version: 3 })
    await caller.stop()
    await owner.stop()
  })

  test('learns that its command is too large for the inbox, and nothing is written', async () => {
    const shared = cluster({ maxRecordBytes: 10_000 })
    const { owner, caller } = await ownerAndCaller(shared)
    await expect(caller.send(new Break({ account: 'a', how: 'x'.repeat(20_000) }))).rejects.toThrow('RECORD_TOO_LARGE')
    expect(await caller.send(deposit())).toMatchObject({ version: 1 })
    expect(recordsOf(shared, topics.commands)).toHaveLength(1)
    await caller.stop()
    await owner.stop()
  })

  test('answers a thousand at a time', async () => {
    const shared = { ...cluster(), shards: 4 }
    const [first, second] = [await startNode(shared), await startNode(shared)]
    const accounts = Array.from({ length: 20 }, (_, index) => `a${index}`)
    const receipts = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => (index % 3 ? first : second).send(deposit(1, accounts[index % 20]), { timeout: 60_000 })),
    )
    for (const account of accounts) {
      const versions = receipts.filter(({ key }) => key === account).map(({ version }) => version)
      expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    }
    await second.stop()
    await first.stop()
  })
})

describe('on the way', () => {
  test.each<CommitFate>(['lost-before', 'lost-after'])('a send whose answer is lost (%s) is made again, and the command is decided once', fate =>
    simulated(async clock => {
      let lost = 0
      const shared = cluster({ onSend: ([record]) => (record?.topic === topics.commands && lost++ < 2 ? fate : 'ok') })
      const { owner, caller } = await ownerAndCaller({ ...shared, clock })
      expect(await caller.send(deposit())).toMatchObject({ outcome: 'accepted', version: 1 })
      await caller.stop()
      await owner.stop()
      expect(eventsOf(shared)).toHaveLength(1)
    }),
  )

  test('a lost reply is made good, and the command is decided once', () =>
    simulated(async clock => {
      const shared = cluster({ onSend: onReplies(count => (count <= 2 ? 'lost-before' : 'ok')) })
      const { owner, caller } = await ownerAndCaller({ ...shared, clock })
      const receipt = await caller.send(deposit())
      expect(receipt).toMatchObject({ outcome: 'accepted', version: 1, events: [{ amount: 1 }] })
      expect(recordsOf(shared, topics.commands).map(({ headers }) => headers[header.attempt])).toEqual(['1', '2', '3'])
      await caller.stop()
      await owner.stop()
      expect(eventsOf(shared)).toHaveLength(1)
    }))

  test('no reply is missed, since the position in the replies is taken before the first send', () =>
    simulated(async clock => {
      const shared = cluster()
      const { owner, caller } = await ownerAndCaller({ ...shared, clock })
      const { admin } = caller.log
      const endOffsets = admin.endOffsets.bind(admin)
      admin.endOffsets = async topic => {
        await new Promise<void>(resolve => void clock.after(500, resolve))
        return endOffsets(topic)
      }
      expect(await caller.send(deposit())).toMatchObject({ version: 1, duplicate: false })
      expect(recordsOf(shared, topics.commands)).toHaveLength(1)
      await caller.stop()
      await owner.stop()
    }))

  test('a reply to an earlier attempt is taken, and the one to the later attempt disturbs nobody', () =>
    simulated(async (clock, wait) => {
      const late = Promise.withResolvers<CommitFate>()
      const shared = cluster({ onSend: onReplies(count => (count === 1 ? late.promise : 'ok')) })
      const { owner, caller } = await ownerAndCaller({ ...shared, clock })
      const sent = caller.send(deposit(1))
      await wait(1_500)
      expect(recordsOf(shared, topics.commands)).toHaveLength(2)
      late.resolve('ok')
      expect(await sent).toMatchObject({ outcome: 'accepted', version: 1, duplicate: false })
      expect(await caller.send(deposit(2))).toMatchObject({ version: 2, events: [{ amount: 2 }] })
      expect(recordsOf(shared, topics.replies).map(({ headers }) => headers[header.attempt])).toEqual(['1', '2', '1'])
      await caller.stop()
      await owner.stop()
    }))

  test('replies to other nodes that share the partition are passed over', async () => {
    const shared = cluster()
    const { owner, caller } = await ownerAndCaller(shared)
    await caller.send(deposit())
    const [reply] = recordsOf(shared, topics.replies)
    if (!reply) throw new Error('no reply')
    const callOf = (number: string, node: string) => ({ ...reply, key: node, headers: { ...reply.headers, [header.call]: number } })
    const { onCommit, next, open } = gate()
    Object.assign(shared.broker.options, { onCommit })
    const second = caller.send(deposit(2), { id: 'second' })
    const held = await next()
    // A reply of another node with the same numbers, and one of an earlier life of this one about another command.
    shared.broker.append([{ ...callOf('2', 'another'), headers: { ...callOf('2', '').headers, [header.command]: 'second' } }, callOf('2', String(reply.key))])
    shared.broker.changed()
    await turns(20)
    expect(await isSettled(second)).toBe(false)
    held.end('ok')
    open()
    expect(await second).toMatchObject({ version: 2, events: [{ amount: 2 }] })
    await caller.stop()
    await owner.stop()
  })

  test('a reply that cannot be read is passed over', async () => {
    const shared = cluster()
    const { owner, caller } = await ownerAndCaller(shared)
    await caller.send(deposit())
    const [reply] = recordsOf(shared, topics.replies)
    if (!reply) throw new Error('no reply')
    const { onCommit, next, open } = gate()
    Object.assign(shared.broker.options, { onCommit })
    const second = caller.send(deposit(2), { id: 'second' })
    const held = await next()
    const headers = { ...reply.headers, [header.call]: '2', [header.command]: 'second' }
    shared.broker.append([{ ...reply, key: String(reply.key), headers, value: Buffer.from([0, 0, 0, 0, 1, 255]) }])
    shared.broker.changed()
    await turns(20)
    held.end('ok')
    open()
    expect(await second).toMatchObject({ version: 2 })
    await caller.stop()
    await owner.stop()
  })
})

describe('when the owner', () => {
  test.each(['lost-before', 'lost-after'] as const)('dies in its commit (%s), the command is decided once, and the caller has the outcome', fate =>
    simulated(async clock => {
      let owner: Node | undefined
      const shared = cluster({
        onCommit: (_, records) => {
          if (records.length === 0 || !owner) return 'ok'
          owner.kill()
          owner = undefined
          return fate
        },
      })
      const nodes = await ownerAndCaller({ ...shared, clock })
      owner = nodes.owner
      const third = await startNode({ ...shared, clock })
      const [sent, besides] = await Promise.all([nodes.caller.send(deposit(5)), third.send(deposit(3))])
      expect([sent, besides]).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }])
      expect(eventsOf(shared).map(({ version }) => version)).toEqual([1, 2])
      await third.stop()
      await nodes.caller.stop()
    }),
  )

  test('changes again and again while commands are on their way, each is decided once', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock, shards: 3 }
      const nodes = [await startNode(shared), await startNode(shared)]
      const accounts = Array.from({ length: 9 }, (_, index) => `a${index}`)
      const callers = accounts.map(async (account, index) => {
        const receipts: Receipt[] = []
        for (let sent = 0; sent < 25; sent++) receipts.push(await (nodes[index % 2] as Node).send(deposit(1, account), { id: `${account}/${sent}` }))
        return receipts.map(({ version }) => version)
      })
      const coming: Node[] = []
      const move = async () => {
        for (let round = 0; round < 8; round++) {
          coming.push(await startNode(shared))
          await wait(5)
          await coming.shift()?.stop()
        }
      }
      const [versions] = await Promise.all([Promise.all(callers), move()])
      for (const one of versions) expect(one).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
      expect(nodes.flatMap(({ failures }) => failures)).toEqual([])
      for (const node of nodes) await node.stop()
    }))

  test('does not answer until the deadline, the caller learns it with the id, which gives the outcome later', () =>
    simulated(async clock => {
      const { onCommit, next, open } = gate()
      const shared = cluster({ onCommit })
      const { owner, caller } = await ownerAndCaller({ ...shared, clock })
      const sent = caller.send(deposit(), { timeout: 3_000 })
      const held = await next()
      const error = await sent.catch((reason: unknown) => reason)
      if (!isOttlaError(error, 'COMMAND_OUTCOME_UNKNOWN')) throw error
      const { id } = error.details as { id: string }
      held.end('ok')
      open()
      expect(await caller.send(deposit(), { id })).toMatchObject({ outcome: 'accepted', version: 1, duplicate: true })
      expect(await caller.host.outcome(id, 'a')).toMatchObject({ outcome: 'accepted', version: 1 })
      await caller.stop()
      await owner.stop()
      expect(eventsOf(shared)).toHaveLength(1)
    }))

  test('moves here, a command that was in its inbox is answered here', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const { owner, caller } = await ownerAndCaller(shared)
    const sent = caller.send(deposit())
    await next()
    owner.kill()
    open()
    expect(await sent).toMatchObject({ outcome: 'accepted', version: 1 })
    expect(eventsOf(shared)).toHaveLength(1)
    expect(await caller.send(deposit())).toMatchObject({ version: 2 })
    await caller.stop()
  })
})

describe('when the caller', () => {
  test('dies, its command is decided, and the replies that nobody reads disturb nobody', async () => {
    const shared = cluster()
    const { owner, caller } = await ownerAndCaller(shared)
    const { onCommit, next, open } = gate()
    Object.assign(shared.broker.options, { onCommit })
    void caller.send(deposit(), { id: 'orphan' }).catch(() => undefined)
    const held = await next()
    caller.kill()
    held.end('ok')
    open()
    await until(() => recordsOf(shared, topics.replies).length === 1)
    const successor = await startNode(shared)
    expect(await successor.send(deposit())).toMatchObject({ version: 2, duplicate: false })
    expect(await successor.send(deposit(), { id: 'orphan' })).toMatchObject({ version: 1, duplicate: true })
    await successor.stop()
    await owner.stop()
  })

  test('stops, it waits for the outcomes of what it has sent', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const { owner, caller } = await ownerAndCaller(shared)
    const sent = caller.send(deposit())
    const held = await next()
    const stopped = caller.stop()
    expect(await isSettled(stopped)).toBe(false)
    held.end('ok')
    open()
    expect(await sent).toMatchObject({ outcome: 'accepted' })
    await stopped
    await owner.stop()
  })

  test('stops while the owner is stuck, it ends, and says that the outcome is not known', () =>
    simulated(async clock => {
      const { onCommit, next, open } = gate()
      const shared = cluster({ onCommit })
      const { owner, caller } = await ownerAndCaller({ ...shared, clock })
      const fate = fateOf(caller.send(deposit(), { timeout: 60_000 }))
      await next()
      const before = clock.now()
      await caller.stop()
      expect(await fate).toBe('COMMAND_OUTCOME_UNKNOWN')
      expect(clock.now() - before).toBe(5_000)
      open()
      owner.kill()
    }))
})

describe('a command of a newer node', () => {
  test('stays with its caller while an older node owns the shard, and is decided by a node that knows it', () =>
    simulated(async clock => {
      const shared = { ...cluster(), clock }
      const older = await startNode({ ...shared, modules: [OlderAccount] })
      const newer = await startNode(shared)
      const sent = newer.send(new Look({ account: 'a' }), { id: 'look', timeout: 30_000 })
      await until(() => recordsOf(shared, topics.commands).length === 1)
      expect(await newer.send(deposit())).toMatchObject({ outcome: 'accepted', version: 1 })
      expect(await isSettled(sent)).toBe(false)
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      await older.stop()
      expect(await sent).toMatchObject({ outcome: 'accepted', version: 1, duplicate: false })
      await newer.stop()
    }))

  test('leaves an event that the caller does not know as plain data', async () => {
    const shared = cluster()
    const owner = await startNode({ ...shared, modules: [NewAccount] })
    const caller = await startNode({ ...shared, modules: [OlderAccount] })
    await caller.send(deposit(5))
    expect(await caller.send(withdraw(5))).toMatchObject({ outcome: 'accepted', version: 3, events: [{ amount: 5 }, { ...new Closed({ account: 'a' }) }] })
    await caller.stop()
    await owner.stop()
  })
})

describe('a message of a newer node, which nobody waits for,', () => {
  const inShard = (shard: number) => {
    for (let number = 0; ; number++) if (shardOf(`k${number}`, 2) === shard) return `k${number}`
  }

  test('stays in the inbox while an older node owns the shard, and is decided once by a node that knows it', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock, shards: 2 }
      const older = await startNode({ ...shared, modules: [OlderAccount] })
      const newer = await startNode({ ...shared, modules: [OlderAccount, AskedErrand, Board, Errand] })
      await newer.send(new Ask({ errand: inShard(1), board: inShard(0), text: 'hello', padding: 0 }))
      await wait(5_000)
      // What lies behind it goes on.
      expect(await newer.send(deposit(1, inShard(0)))).toMatchObject({ outcome: 'accepted' })
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      const rounds = recordsOf(shared, topics.commands).filter(({ headers }) => headers[header.type] === 'errand.Note').length
      // Once a second, each of the few notes.
      expect(rounds).toBeLessThan(40)
      await older.stop()
      await wait(5_000)
      const noted = eventsOf(shared).filter(({ type }) => type === 'errand.Noted')
      expect(noted.length).toBeGreaterThan(0)
      expect(new Set(noted.map(({ commandId }) => commandId)).size).toBe(noted.length)
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      await newer.stop()
    }))

  test('is recorded as failed when no node has known it for ten minutes', () =>
    simulated(async (clock, wait) => {
      const shared = { ...cluster(), clock, shards: 2 }
      const nodes = [await startNode(shared), await startNode(shared)]
      const record = await commandRecord(shared, inShard(0), 'unheard', deposit(1, inShard(0)))
      toInbox(shared, [{ ...record, headers: { ...record.headers, [header.type]: 'bank.Unheard' } }], 2)
      await wait(9 * 60_000)
      expect(recordsOf(shared, topics.outcomes)).toEqual([])
      await wait(2 * 60_000)
      expect(recordsOf(shared, topics.outcomes).map(({ headers }) => headers[header.command])).toEqual(['unheard'])
      const end = recordsOf(shared, topics.commands).length
      await wait(60_000)
      expect(recordsOf(shared, topics.commands)).toHaveLength(end)
      for (const node of nodes) await node.stop()
    }))
})

test('replies with another number of partitions are told as such, and not as a matter of shards', async () => {
  const shared = cluster()
  const node = newNode(shared)
  await node.log.admin.ensureTopics([{ name: topics.replies, partitions: 3 }])
  await expect(node.host.start()).rejects.toThrow(/^REPLIES_DIFFER: Topic bank.replies has 3 partitions, and that of every app has 12/)
  await node.log.close()
})
