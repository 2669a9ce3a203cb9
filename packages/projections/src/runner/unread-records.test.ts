import { systemClock } from '@ottla/core'
import { eventstoreErrors, type UnreadRecord } from '@ottla/eventstore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rebuildView } from '../rebuild/rebuild.js'
import { OrderPlaced, orders, Shop } from '../shop.fixture.js'
import { ProjectionRunner } from './projection-runner.js'

let shop: Shop
let runner: ProjectionRunner | undefined
let kept: UnreadRecord[]

beforeEach(async () => {
  shop = await Shop.open()
  kept = []
})

afterEach(async () => {
  await runner?.stop()
  await shop.remove()
})

const keep = async (unread: readonly UnreadRecord[]) => void kept.push(...unread)
const good = (orderId: string) => ({ ...shop.record(new OrderPlaced({ orderId, region: 'north', amount: 1 })), partition: 0 })
const damaged = (orderId: string) => ({ ...good(orderId), value: Buffer.from([0, 0, 0, 0]) })

async function run(setAside: typeof keep): Promise<ProjectionRunner> {
  runner = new ProjectionRunner({ ...shop.options, definition: orders, setAside })
  await runner.start()
  return runner
}

describe('a record that a view cannot read', () => {
  it('is kept with its bytes, the reason and its place, once for a reading of the log', async () => {
    await shop.write([good('a'), damaged('b')])
    const view = await run(keep)
    await view.waitFor(await shop.write([good('c')]), 5000)
    expect(view.reader().all('select id from orders order by id')).toEqual([{ id: 'a' }, { id: 'c' }])
    expect(kept).toMatchObject([{ reader: 'view:orders', record: { key: 'b', value: Buffer.from([0, 0, 0, 0]), offset: 1 } }])
    expect(kept[0]?.error).toMatchObject({
      details: { topic: Shop.topic, partition: 0, offset: 1 },
      message: expect.stringMatching(/^RECORD_CUT_OFF: .* It is shop\.events-0@1\.$/),
    })
  })

  it('is not passed over before it is kept', async () => {
    let times = 0
    await shop.write([damaged('b')])
    const view = await run(async unread => {
      if (++times < 3) throw eventstoreErrors.create('LOG_UNAVAILABLE', { log: 'shop', error: 'away' })
      expect(view.position.find(({ partition }) => partition === 0)?.offset).toBe(0)
      await keep(unread)
    })
    await view.waitFor(await shop.write([good('c')]), 5000)
    expect([times, kept.length]).toEqual([3, 1])
    expect(view.problem?.details.failures).toBe(1)
  })

  it('is kept by a rebuild as well', async () => {
    await shop.write([damaged('b')])
    await rebuildView({ ...shop.options, definition: orders, setAside: keep })
    expect(kept.map(({ record }) => record.key)).toEqual(['b'])
  })

  it('is kept up to a thousand times', async () => {
    const view = await run(keep)
    for (const part of [0, 1]) await view.waitFor(await shop.write(Array.from({ length: 550 }, (_, index) => damaged(`d-${part}-${index}`))), 10_000)
    await view.waitFor(await shop.write([good('c')]), 10_000)
    expect([kept.length, view.problem?.details.failures]).toEqual([1000, 1100])
  })
})

describe('nothing else is kept:', () => {
  it('an event whose handler throws can be read, and stays the affair of the view', async () => {
    const failing = { ...orders, handlers: orders.handlers.map(handler => ({ ...handler, handle: () => expect.unreachable() })) }
    runner = new ProjectionRunner({ ...shop.options, definition: failing, setAside: keep, clock: systemClock })
    await runner.start()
    await runner.waitFor(await shop.write([good('a')]), 5000)
    expect([kept, runner.problem?.code]).toEqual([[], 'VIEW_DEGRADED'])
  })

  it('a registry that is away says nothing about a record, which is read when it is back', async () => {
    let asked = 0
    const away = new Proxy(shop.codec, {
      get: (codec, name) => {
        if (name === 'knows') return () => false
        if (name !== 'learn') return Reflect.get(codec, name).bind(codec)
        return async () => {
          if (++asked < 3) throw eventstoreErrors.create('REGISTRY_UNAVAILABLE', { registry: 'r', error: 'status 500' })
        }
      },
    })
    runner = new ProjectionRunner({ ...shop.options, codec: away, definition: orders, setAside: keep })
    await runner.start()
    await runner.waitFor(await shop.write([good('a')]), 5000)
    expect([kept, runner.problem, asked]).toEqual([[], undefined, 3])
    expect(runner.reader().all('select id from orders')).toEqual([{ id: 'a' }])
  })
})
