import type { Receipt } from '@ottla/core'
import { header } from '@ottla/eventstore'
import { describe, expect, test } from 'vitest'
import { cluster, eventsOf, recordsOf, startNode, topics } from './node.fixture.js'
import { Do, keeps, Odd, throws } from './odd.fixture.js'

/** Does it between two things that are nothing special, then once more on a node that begins without a store. */
async function tried(what: string): Promise<{ first: Receipt; again: Receipt; events: number; outcomes: (string | undefined)[] }> {
  const shared = { ...cluster(), modules: [Odd] }
  const node = await startNode(shared)
  const around = [
    node.send(new Do({ odd: 'o', what: 'before' })),
    node.send(new Do({ odd: 'o', what }), { id: 'odd one' }),
    node.send(new Do({ odd: 'o', what: 'after' })),
  ]
  const [before, first, after] = (await Promise.all(around)) as [Receipt, Receipt, Receipt]
  expect([before, after]).toMatchObject([
    { outcome: 'accepted', version: 1 },
    { outcome: 'accepted', version: 2 },
  ])
  await node.stop()
  expect(node.failures).toEqual([])
  const next = await startNode(shared)
  const again = await next.send(new Do({ odd: 'o', what }), { id: 'odd one' })
  expect(await next.send(new Do({ odd: 'o', what: 'at the end' }))).toMatchObject({ outcome: 'accepted', version: 3 })
  await next.stop()
  expect(next.failures).toEqual([])
  return { first, again, events: eventsOf(shared).length, outcomes: recordsOf(shared, topics.outcomes).map(({ headers }) => headers[header.outcome]) }
}

describe('a handler', () => {
  test.each(Object.keys(throws))('that throws %s gives an outcome that is recorded, and the shard goes on', async what => {
    const { first, again, events, outcomes } = await tried(what)
    expect(first.outcome).toBe(what.startsWith('a rejection') && what !== 'a rejection without a code' ? 'rejected' : 'failed')
    const { position, duplicate, ...same } = first
    expect(again).toMatchObject({ ...same, duplicate: true })
    expect({ events, outcomes }).toEqual({ events: 3, outcomes: [first.outcome] })
  })

  test('that changes its command fails, and nothing is kept', async () => {
    const { first, again, events } = await tried('changes its command')
    expect(first).toMatchObject({ outcome: 'failed', error: { code: 'HANDLER_CHANGED_STATE' } })
    expect(again).toMatchObject({ outcome: 'failed', duplicate: true })
    expect(events).toBe(3)
  })
})

describe('an applier', () => {
  test.each(Object.keys(keeps))('that puts %s into the state fails its command, nothing is kept, and the shard goes on', async what => {
    const { first, again, events, outcomes } = await tried(what)
    const { position, duplicate, ...same } = first
    expect(first).toMatchObject({ outcome: 'failed', version: 1, error: { code: 'STATE_NOT_STORABLE' } })
    expect(again).toMatchObject({ ...same, duplicate: true })
    expect({ events, outcomes }).toEqual({ events: 3, outcomes: ['failed'] })
  })
})
