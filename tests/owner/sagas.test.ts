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
  test('do not overtake one that goes through the inbox, even when a foreign one to that key comes out of it first', async () => {
    const clock = movedClock()
    const { onCommit, next, open } = gate()
    const shared = { ...cluster({ onCommit }), modules: errandModules, clock, limits: { batchBytes: 3_000 } }
    const node = await startNode(shared)
    const asked = node.send(ask('e', 4_000))
    const held = await next()
    // The batch was full, so the note goes through the inbox; until it is there, this one is.
    toInbox(shared, [await commandRecord(shared, 'b', 'foreign', new Note({ board: 'b', text: 'foreign' }))])
    await turns(10)
    clock.pass(2_000)
    const other = node.send(ask('f', 0, 'f'))
    await turns(10)
    held.end('ok')
    open()
    await asked
    await other
    await until(() => types(shared).filter(type => type === 'errand.Noted').length === 4)
    const texts = await textsOn(node, 'b')
    expect(texts.filter(text => text.endsWith('e'))).toEqual(['e', 'not e'])
    expect(texts).toEqual(expect.arrayContaining(['foreign', 'f']))
    await node.stop()
  })
})

describe('deadlines', () => {
  test('do not come before what was in the inbox at take-over is decided', async () => {
    const clock = movedClock()
    const shared = { ...cluster(), modules: errandModules, clock }
    const first = newNode({ ...shared, limits: { batchBytes: 1 } })
    const isOnItsWay = () => recordsOf(shared, topics.commands).some(({ headers }) => headers[header.type] === 'errand.Note')
    const killed = new Promise<void>(resolve => {
      shared.broker.watch(() => {
        if (!isOnItsWay()) return
        first.kill()
        resolve()
      })
    })
    await first.host.start()
    first.send(ask('e')).catch(() => undefined)
    await killed
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
