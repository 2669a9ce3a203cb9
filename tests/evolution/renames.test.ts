import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AvroCodec } from '@ottla/eventstore'
import { type App, createApp, embedded, type Module } from 'ottla'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { after, Order, OrderPlaced, Orders, PlaceOrder, Shipping } from './renames-after.js'
import { before, MakeOrder } from './renames-before.js'

let folder = ''
let app: App | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-renames-'))
  const shop = await start(before)
  await shop.send(new MakeOrder({ order: 'o-1', buyer: 'Ada' }), { id: 'make-1' })
  await shop.stop()
})

afterEach(async () => {
  await app?.stop()
  app = undefined
  rmSync(folder, { recursive: true, force: true })
})

const log = () => embedded(join(folder, 'data'))

async function start(modules: readonly Module[]): Promise<App> {
  app = await createApp({ name: 'shop', modules, log: log(), shards: 2 })
  return app
}

it('A renamed event, its values and fields are read under their earlier names, by states, streams and views', async () => {
  const shop = await start(after)
  expect(await shop.state(Order, 'o-1')).toEqual({ version: 1, state: { customer: 'Ada' } })
  const [event] = await shop.stream(Order, 'o-1')
  expect(event).toMatchObject({ type: 'shop.OrderPlaced', message: { orderId: 'o-1', customer: { fullName: 'Ada' }, size: 'large' } })
  expect(event?.message).toBeInstanceOf(OrderPlaced)
  const view = await shop.view(Orders, { after: await shop.send(new PlaceOrder({ orderId: 'o-2', customer: 'Eve' })) })
  expect(view.all('select * from orders order by id')).toEqual([
    { id: 'o-1', customer: 'Ada', size: 'large' },
    { id: 'o-2', customer: 'Eve', size: 'small' },
  ])
})

it('A renamed command that a saga has sent is read by it under its earlier name, and so is the event that started it', async () => {
  const shop = await start(after)
  expect(await shop.state(Shipping, 'o-1')).toMatchObject({
    state: { data: { orderId: 'o-1', customer: 'Ada', parcel: 'o-1' }, progress: { status: 'completed' } },
  })
})

it('A renamed command that was decided under its earlier name is not decided again', async () => {
  const shop = await start(after)
  const again = await shop.send(new PlaceOrder({ orderId: 'o-1', customer: 'Ada' }), { id: 'make-1' })
  expect(again).toMatchObject({ duplicate: true, version: 1, events: [{ customer: { fullName: 'Ada' } }] })
})

it('What is written has the new names only, under a subject of its own', async () => {
  const shop = await start(after)
  await shop.send(new PlaceOrder({ orderId: 'o-2', customer: 'Eve' }))
  await shop.stop()
  const opened = await log().open({ readOnly: true })
  try {
    const subjects = await opened.registry.subjects()
    expect(subjects).toEqual(expect.arrayContaining(['shop.events-shop.OrderMade', 'shop.events-shop.OrderPlaced', 'shop.commands-shop.PlaceOrder']))
    expect((await opened.registry.versions('shop.events-shop.OrderMade')).length).toBe(1)
    expect(JSON.parse((await opened.registry.latest('shop.events-shop.OrderPlaced'))?.schema ?? '')).toMatchObject({
      name: 'shop.OrderPlaced',
      aliases: ['OrderMade'],
      fields: [
        { name: 'orderId', aliases: ['order'] },
        { name: 'customer', aliases: ['buyer'], type: { aliases: ['Person'] } },
        { type: { aliases: ['Size'] } },
      ],
    })
    expect(await plainEvents(opened)).toEqual(['shop.OrderMade', 'shop.OrderPlaced'])
  } finally {
    await opened.log.close()
  }
})

/** The names that the order events were written under. */
async function plainEvents({ log, registry }: Awaited<ReturnType<ReturnType<typeof embedded>['open']>>): Promise<string[]> {
  const codec = new AvroCodec(registry)
  const names = new Set<string>()
  const ends = await log.admin.endOffsets('shop.events')
  const reader = log.reader({ from: ends.map((_, partition) => ({ topic: 'shop.events', partition, offset: 0 })) })
  const behind = new Set([...ends.keys()].filter(partition => (ends[partition] as number) > 0))
  for await (const { partition, next, records } of reader) {
    for (const { value, headers } of records) {
      await codec.learn(value as Buffer)
      if (headers.stream === 'order') names.add(codec.typeOf(value as Buffer))
    }
    if (next >= (ends[partition] as number)) behind.delete(partition)
    if (behind.size === 0) break
  }
  await reader.close()
  return [...names].sort()
}
