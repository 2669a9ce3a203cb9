import { type Clock, systemClock } from '@ottla/core'
import { header } from '@ottla/eventstore'
import { SagaParked } from '@ottla/saga'
import { describe, expect, test } from 'vitest'
import { Random } from '../simulation/random.js'
import { SimulatedClock } from '../simulation/simulated-clock.js'
import { Ask, errandModules, Note, type Noted, stubbornModules } from './errand.fixture.js'
import { gate, turns, until } from './gate.fixture.js'
import { type Cluster, cluster, commandRecord, eventsOf, type Node, newNode, recordsOf, startNode, toInbox, topics } from './node.fixture.js'

const ask = (errand: string, padding = 0, text = errand) => new Ask({ errand, board: 'b', text, padding })
const types = (shared: Cluster) => eventsOf(shared).map(({ type }) => type)

/** Time that a test moves on. */
function movedClock(): Clock & { pass(milliseconds: number): void } {
  let moved = 0
  return {
    ...systemClock,
    now: () => Date.now() + moved,
    pass(milliseconds) {
      moved += milliseconds
    },
  }
}

async function textsOn(node: Node, board: string): Promise<string[]> {
  const events = await node.host.streams.read('board', board)
  return events.map(({ message }) => (message as Noted).text.replace(/\.+$/, ''))
}

/** The node starts, does this, and dies when a record of this type is in the inbox. */
async function diesWhenInboxHas(shared: Cluster, node: Node, type: string, act: () => Promise<unknown>): Promise<void> {
  const died = new Promise<void>(resolve => {
    shared.broker.watch(() => {
      if (!recordsOf(shared, topics.commands).some(({ headers }) => headers[header.type] === type)) return
      node.kill()
      resolve()
    })
  })
  await node.host.start()
  act().catch(() => undefined)
  await died
}

/** Moves the record of this type behind more foreign ones than one batch of the inbox has. */
async function putBehindOthers(shared: Cluster, type: string): Promise<void> {
  const [record] = recordsOf(shared, topics.commands).filter(({ headers }) => headers[header.type] === type)
  const { key, value, headers } = record as { key: string; value: Buffer; headers: Record<string, string> }
  const other = await commandRecord(shared, 'other', 'other', new Note({ board: 'other', text: 'other' }))
  const others = Array.from({ length: 600 }, (_, count) => ({ ...other, headers: { ...other.headers, [header.command]: `other ${count}` } }))
  Object.assign(record as object, other)
  toInbox(shared, [...others, { key, value, headers }])
}

describe('a saga with something too large to write', () => {
  test.each<[string, number, Ask]>([
    ['its event', 260, ask('e', 0, 'x'.repeat(230))],
    ['its command', 1_000, ask('e', 2_000)],
  ])('(%s) is parked, and the event that set it off stays', async (_, recordBytes, command) => {
    const shared = { ...cluster(), modules: errandModules, limits: { recordBytes } }
    const node = await startNode(shared)
    expect(await node.send(command)).toMatchObject({ outcome: 'accepted', version: 1 })
    const parked = (await node.host.streams.read('errand', 'e')).map(({ message }) => message)
    expect(parked).toMatchObject([{ code: 'RECORD_TOO_LARGE' }])
    expect(parked[0]).toBeInstanceOf(SagaParked)
    expect(await node.send(ask('f'))).toMatchObject({ outcome: 'accepted' })
    expect(await textsOn(node, 'b')).toEqual(['f'])
    await node.stop()
    expect(node.failures).toEqual([])
  })
})

describe('messages of a saga to one key', () => {
  test('do not overtake one that goes through the inbox, even when foreign ones to that key come out of it first', async () => {
    const clock = movedClock()
    const { onCommit, next, open } = gate()
    const shared = { ...cluster({ onCommit }), modules: errandModules, clock, limits: { batchBytes: 3_000, batch: 1 } }
    const node = await startNode(shared)
    const asked = node.send(ask('e', 4_000))
    const held = await next()
    // The batch is full, so the note goes through the inbox. It is behind more foreign ones than fit into the queue, so the saga's
    // deadline comes first, and what takes the note back must queue up behind it.
    const foreign = await commandRecord(shared, 'b', 'foreign', new Note({ board: 'b', text: 'foreign' }))
    toInbox(
      shared,
      [1, 2, 3].map(count => ({ ...foreign, headers: { ...foreign.headers, [header.command]: `foreign ${count}` } })),
    )
    await turns(10)
    clock.pass(2_000)
    held.end('ok')
    open()
    await asked
    await until(() => types(shared).filter(type => type === 'errand.Noted').length === 5)
    expect(types(shared)).toContain('ottla.saga.StepTimedOut')
    expect(await textsOn(node, 'b')).toEqual(['foreign', 'foreign', 'foreign', 'e', 'not e'])
    await node.stop()
  })

  test('do not overtake one that was in the inbox when the shard was taken over', async () => {
    const shared = { ...cluster(), modules: errandModules }
    const first = newNode({ ...shared, limits: { batchBytes: 1 } })
    await diesWhenInboxHas(shared, first, 'errand.Asked', () => first.send(ask('e', 0, 'first')))
    await putBehindOthers(shared, 'errand.Asked')
    const second = await startNode(shared)
    await second.send(ask('e', 0, 'second'))
    await until(() => types(shared).includes('ottla.saga.SagaCompleted'))
    expect(await textsOn(second, 'b')).toEqual(['first'])
    await second.stop()
  })
})

describe('deadlines', () => {
  test('do not come before what was in the inbox at take-over is decided', async () => {
    const clock = movedClock()
    const shared = { ...cluster(), modules: errandModules, clock }
    const first = newNode({ ...shared, limits: { batchBytes: 1 } })
    await diesWhenInboxHas(shared, first, 'errand.Note', () => first.send(ask('e')))
    await putBehindOthers(shared, 'errand.Note')
    clock.pass(60 * 60_000)
    const second = await startNode(shared)
    await until(() => types(shared).includes('ottla.saga.SagaCompleted'))
    expect(types(shared)).not.toContain('ottla.saga.StepTimedOut')
    expect(await textsOn(second, 'b')).toEqual(['e'])
    await second.stop()
  })

  test('come once each, and no two events of all have one id', async () => {
    const clock = new SimulatedClock(new Random(1))
    const shared = { ...cluster(), modules: stubbornModules, clock }
    const play = async () => {
      const node = await startNode(shared)
      await node.send(ask('e', 0, 'fails'))
      await new Promise<void>(resolve => void clock.after(10 * 60_000, resolve))
      await node.stop()
    }
    await clock.run(play())
    const events = eventsOf(shared)
    expect(events.filter(({ type }) => type === 'ottla.saga.StepRetried')).toHaveLength(3)
    expect(recordsOf(shared, topics.outcomes)).toHaveLength(4)
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
  })
})
