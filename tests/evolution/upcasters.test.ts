import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, createApp, embedded, type Module, type StoredEvent, upcast } from 'ottla'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { after, CustomerNamed, Order, OrderOpened, OrderPlaced, Orders, Ship, withoutMade } from './shop-after.js'
import { before, LookAtOrder, OrderLookedAt, OrderMade, Parcel, PlaceOrder } from './shop-before.js'

let folder = ''
let app: App | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-evolution-'))
  const shop = await start(before)
  await shop.send(new PlaceOrder({ orderId: 'o-1', customer: 'Ada Lovelace', amount: 12.5 }), { id: 'place-1' })
  await shop.send(new LookAtOrder({ orderId: 'o-1', by: 'Bob' }))
  await shop.send(new PlaceOrder({ orderId: 'o-2', customer: 'Grace Brewster Hopper', amount: 1 }))
  await shop.stop()
})

afterEach(async () => {
  await app?.stop()
  app = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function start(modules: readonly Module[]): Promise<App> {
  app = await createApp({ name: 'shop', modules, log: embedded(join(folder, 'data')), shards: 2 })
  return app
}

const inOrder = ({ message, version }: StoredEvent) => [message, version]

describe('a stored event of an older class', () => {
  it('is applied as what upcasters make of it, and versions go on counting what is stored', async () => {
    const shop = await start(after)
    expect(await shop.state(Order, 'o-1')).toEqual({ version: 2, state: { seen: ['12.5', 'Lovelace'], versions: [1, 1] } })
    expect(await shop.send(new LookAtOrder({ orderId: 'o-1', by: 'Eve' }))).toMatchObject({ outcome: 'accepted', version: 2, events: [] })
    expect(await shop.send(new PlaceOrder({ orderId: 'o-1', customer: 'Eve Moneypenny', amount: 1 }))).toMatchObject({
      outcome: 'rejected',
      reason: { code: 'exists' },
    })
    expect(await shop.send(new PlaceOrder({ orderId: 'o-3', customer: 'Eve Moneypenny', amount: 1 }))).toMatchObject({ outcome: 'accepted', version: 2 })
  })

  it('stands in its stream once for each event that is made of it, with one version and place; a dropped one does not', async () => {
    const shop = await start(after)
    const events = await shop.stream(Order, 'o-1')
    expect(events.map(inOrder)).toEqual([
      [new OrderOpened({ orderId: 'o-1', total: '12.5' }), 1],
      [new CustomerNamed({ orderId: 'o-1', firstName: 'Ada', lastName: 'Lovelace' }), 1],
    ])
    expect(events.map(({ type }) => type)).toEqual(['shop.OrderOpened', 'shop.CustomerNamed'])
    expect(events[0]?.offset).toBe(events[1]?.offset)
    expect(await shop.stream(Order, 'o-1')).toEqual(events)
  })

  it('is in the answer to its command as it is read today, when the command is sent again', async () => {
    const shop = await start(after)
    const again = await shop.send(new PlaceOrder({ orderId: 'o-1', customer: 'Ada Lovelace', amount: 12.5 }), { id: 'place-1' })
    expect(again).toMatchObject({ duplicate: true, version: 1, events: [{ total: '12.5' }, { firstName: 'Ada' }] })
  })

  it('reaches the handlers of a view in order, each with version and place of the stored one', async () => {
    const shop = await start(after)
    const receipt = await shop.send(new PlaceOrder({ orderId: 'o-3', customer: 'Eve Moneypenny', amount: 1 }))
    const view = await shop.view(Orders, { after: receipt })
    const own = (await shop.stream(Order, 'o-1'))[0] as StoredEvent
    expect(view.get('select * from orders where id = ?', 'o-1')).toEqual({ id: 'o-1', total: '12.5', last_name: 'Lovelace' })
    expect(view.all('select event, version from calls where offset = ? order by id', own.offset).slice(0, 2)).toEqual([
      { event: 'opened', version: 1 },
      { event: 'named', version: 1 },
    ])
    expect(view.get('select * from orders where id = ?', 'o-3')).toEqual({ id: 'o-3', total: '1', last_name: 'Moneypenny' })
  })

  it('has started a saga, whose state is made anew of what it is read as', async () => {
    const shop = await start(after)
    expect(await shop.state(Ship, 'o-1')).toMatchObject({ state: { data: { orderId: 'o-1', name: 'Lovelace' }, progress: { status: 'completed' } } })
    expect(await shop.state(Parcel, 'o-1')).toMatchObject({ state: { address: 'Ada Lovelace' } })
  })
})

describe('an event whose upcaster throws', () => {
  const longNames = upcast(OrderMade, OrderPlaced, ({ orderId, customer, amount }) => {
    const [firstName = '', ...more] = customer.split(' ')
    return new OrderPlaced({ orderId, firstName, lastName: more.join(' '), amount })
  })

  it('makes its aggregate unavailable and the view degraded, and everything else goes on', async () => {
    const shop = await start(after)
    expect(await shop.send(new LookAtOrder({ orderId: 'o-2', by: 'Eve' }))).toMatchObject({ outcome: 'failed', error: { code: 'STREAM_UNREADABLE' } })
    await expect(shop.stream(Order, 'o-2')).rejects.toThrow(
      "UPCAST_FAILED: The upcaster OrderHistory.made cannot read a stored shop.OrderMade: it threw 'Grace Brewster Hopper' is no name.",
    )
    const receipt = await shop.send(new PlaceOrder({ orderId: 'o-3', customer: 'Eve Moneypenny', amount: 1 }))
    const view = await shop.view(Orders, { after: receipt })
    await shop.view(Orders, { after: await shop.send(new PlaceOrder({ orderId: 'o-4', customer: 'Eve Moneypenny', amount: 1 })) })
    expect(view.all('select id from orders order by id')).toEqual([{ id: 'o-1' }, { id: 'o-3' }, { id: 'o-4' }])
    expect(shop.health().problems.map(({ code }) => code)).toEqual(['VIEW_DEGRADED'])
  })

  it('is read at the next start with an upcaster that is mended', async () => {
    await (await start(after)).stop()
    const shop = await start([...withoutMade, longNames])
    expect(await shop.state(Order, 'o-2')).toMatchObject({ version: 1, state: { seen: ['1', 'Brewster Hopper'] } })
    expect(await shop.send(new PlaceOrder({ orderId: 'o-2', customer: 'Eve Moneypenny', amount: 1 }))).toMatchObject({
      outcome: 'rejected',
      reason: { code: 'exists' },
    })
  })
})

describe('a view that handled nothing of an older event', () => {
  it('is rebuilt when an upcaster begins to make events for it', async () => {
    const shop = await start([...withoutMade, upcast(OrderMade, [], () => [])])
    expect(
      (await shop.view(Orders, { after: await shop.send(new PlaceOrder({ orderId: 'o-3', customer: 'Eve M', amount: 1 })) })).all('select id from orders'),
    ).toEqual([{ id: 'o-3' }])
    await shop.stop()
    const later = await start(after)
    const view = await later.view(Orders, { after: await later.send(new PlaceOrder({ orderId: 'o-4', customer: 'Eve M', amount: 1 })) })
    expect(view.all('select id from orders order by id')).toEqual([{ id: 'o-1' }, { id: 'o-3' }, { id: 'o-4' }])
  })
})

describe('an app whose upcasters lead nowhere', () => {
  it('does not start, and says which and what to do', async () => {
    await expect(start([...after, upcast(CustomerNamed, [], () => [])])).rejects.toThrow(
      'MODEL_INVALID: Order.named: handles shop.CustomerNamed, which upcast(CustomerNamed, …) reads as nothing.',
    )
    await expect(start([...before, upcast(OrderLookedAt, CustomerNamed, () => [])])).rejects.toThrow(
      /^MODEL_INVALID: Order\.lookedAt: handles shop\.OrderLookedAt/,
    )
    await expect(start([upcast(OrderLookedAt, CustomerNamed, () => [])])).rejects.toThrow('makes shop.CustomerNamed, which nothing in this app handles')
  })
})
