import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { kafka } from '@ottla/eventstore/kafka'
import { Aggregate, Apply, Command, createApp, Event, Field, Handle, Id, Message, t, Value } from 'ottla'
import { beforeAll, expect, inject, it } from 'vitest'
import { type ReadEvent, readEvents } from './reader/read-events.js'

@Value('shop.Line')
class Line extends Message<Line> {
  @Field(t.string) productId!: string
  @Field(t.decimal(14, 4)) price!: string
}

@Command('shop.PlaceOrder')
class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
}

@Event('shop.OrderPlaced')
class OrderPlaced extends Message<OrderPlaced> {
  @Field(t.string) orderId!: string
  @Field(t.array(Line)) lines!: Line[]
  @Field(t.long) cents!: bigint
  @Field(t.timestamp) at!: Date
  @Field(t.uuid) token!: string
  @Field(t.enum('Status', ['open', 'paid'])) status!: 'open' | 'paid'
  @Field(t.map(t.int)) counts!: Record<string, number>
  @Field(t.optional(t.string)) note?: string
}

const token = '0189d2d5-7f6a-7c31-8a5e-0123456789ab'

@Aggregate('order')
class Order {
  placed = false

  @Handle(PlaceOrder) place({ orderId }: PlaceOrder) {
    const lines = [new Line({ productId: 'é€😀', price: '-0.0001' }), new Line({ productId: '', price: '1234567890.5' })]
    const cents = orderId === 'o-1' ? -(2n ** 63n) : 5n
    return new OrderPlaced({ orderId, lines, cents, at: new Date(1_700_000_000_123), token, status: 'paid', counts: { a: 7 }, note: undefined })
  }

  @Apply(OrderPlaced) taken() {
    this.placed = true
  }
}

const app = `readers-${randomUUID()}`
const ids = ['o-1', 'o-2', 'o-3']
let events: ReadEvent[]

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-readers-'))
  const log = kafka({ brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder })
  const shop = await createApp({ name: app, modules: [Order], log })
  try {
    for (const orderId of ids) await shop.send(new PlaceOrder({ orderId }))
  } finally {
    await shop.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  events = await readEvents(inject('kafkaBrokers'), inject('registryUrl'), `${app}.events`)
}, 300_000)

const byKey = (a: ReadEvent, b: ReadEvent) => (`${a.key}` < `${b.key}` ? -1 : 1)

it('a program in Java reads the events with the schemas of the registry', () => {
  const fields = {
    lines: [
      { productId: 'é€😀', price: '-0.0001' },
      { productId: '', price: '1234567890.5000' },
    ],
    at: '2023-11-14T22:13:20.123Z',
    token,
    status: 'paid',
    counts: { a: 7 },
    note: null,
  }
  expect(events.sort(byKey).map(({ key, schema, value }) => ({ key, schema, value }))).toEqual(
    ids.map(orderId => ({ key: orderId, schema: 'shop.OrderPlaced', value: { orderId, cents: orderId === 'o-1' ? '-9223372036854775808' : '5', ...fields } })),
  )
})

it('the headers say type, stream, version and command as text', () => {
  const [event] = events.sort(byKey)
  expect(event?.headers).toMatchObject({ type: 'shop.OrderPlaced', stream: 'order', version: '1', command: expect.stringMatching(/./) })
})

it("kafkajs's client of the registry decodes the same bytes", async () => {
  const client = new SchemaRegistry({ host: inject('registryUrl') })
  // The first one has a number that this client's Avro refuses.
  const event = events.sort(byKey)[1]
  const read = await client.decode(Buffer.from(event?.bytes ?? '', 'base64'))
  expect(read).toMatchObject({ orderId: 'o-2', cents: 5, token, status: 'paid', at: 1_700_000_000_123, counts: { a: 7 }, note: null })
})
