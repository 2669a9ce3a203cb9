import { event, type MessageClass, messageDefinition, type Position, t } from '@ottla/core'
import { AvroCodec, header, type LogRecord, type NewRecord, type OpenLog, shardOf } from '@ottla/eventstore'
import { embedded } from '@ottla/eventstore/embedded'
import { on, type ProjectionDefinition, projection } from '@ottla/projections'

export const topic = 'shop.events'
export const shards = 4

export const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string, amount: t.int })
export const OrderPaid = event('shop.OrderPaid', { orderId: t.string })

/** Rows of one order, and a sum over all of them. */
export const orders: ProjectionDefinition = projection({
  name: 'orders',
  schema: `create table orders (id text primary key, amount integer not null, paid integer not null default 0);
           create table totals (name text primary key, orders integer not null, amount integer not null) without rowid;
           create index orders_by_amount on orders (amount);`,
  on: [
    on(OrderPlaced, ({ orderId, amount }, view) => {
      view.insert('orders', { id: orderId, amount })
      const known = view.get<{ orders: number; amount: number }>('select orders, amount from totals where name = ?', 'all')
      view.upsert('totals', { name: 'all', orders: (known?.orders ?? 0) + 1, amount: (known?.amount ?? 0) + amount })
    }),
    on(OrderPaid, ({ orderId }, view) => view.update('orders', orderId, { paid: true })),
  ],
})

export interface Shop extends OpenLog {
  readonly codec: AvroCodec
  readonly topics: readonly string[]
}

/** Opens the shop's log in this folder. */
export async function openShop(folder: string, readOnly = false): Promise<Shop> {
  const opened = await embedded(folder).open({ readOnly })
  const codec = new AvroCodec(opened.registry)
  if (!readOnly) {
    await opened.log.admin.ensureTopics([{ name: topic, partitions: shards }])
    await codec.prepare(topic, [OrderPlaced, OrderPaid].map(messageDefinition))
  }
  return { ...opened, codec, topics: [topic] }
}

/** The events of order number `n`: every third is not paid. */
export function orderEvents(n: number): { readonly orderId: string }[] {
  const orderId = `o-${n}`
  return [new OrderPlaced({ orderId, amount: n }), ...(n % 3 > 0 ? [new OrderPaid({ orderId })] : [])]
}

/** Commits these events, as one transaction; gives the position of the last one. */
export async function append({ log, codec }: Shop, events: readonly { readonly orderId: string }[]): Promise<Position> {
  const records = events.map((event, index): NewRecord => {
    const definition = messageDefinition(event.constructor as MessageClass)
    const version = event instanceof OrderPaid ? 2 : 1
    const headers = {
      [header.type]: definition.name,
      [header.stream]: 'order',
      [header.version]: `${version}`,
      [header.command]: `${event.orderId}-${version}`,
    }
    return { topic, partition: shardOf(event.orderId, shards), key: event.orderId, value: codec.encode(topic, definition, event), headers, timestamp: index }
  })
  const writer = await log.writer('shop')
  const offsets = await writer.commit({ records })
  await writer.close()
  return { shard: records.at(-1)?.partition ?? 0, offsets: { [topic]: (offsets.at(-1) ?? 0) + 1 } }
}

/** All events of the log below the given offsets, each shard in order. */
export async function readEvents({ log, codec }: Shop, ends: readonly { readonly partition: number; readonly offset: number }[]): Promise<object[]> {
  const classes = new Map([OrderPlaced, OrderPaid].map(messageDefinition).map(definition => [definition.name, definition]))
  const events: object[] = []
  for (const { partition, offset } of ends.filter(end => end.offset > 0)) {
    const reader = log.reader({ from: [{ topic, partition, offset: 0 }] })
    for await (const { records, next } of reader) {
      for (const record of records.filter(({ offset: at }) => at < offset)) events.push(await decode(codec, record, classes))
      if (next >= offset) break
    }
    await reader.close()
  }
  return events
}

async function decode(codec: AvroCodec, { value, headers }: LogRecord, classes: ReadonlyMap<string, Parameters<AvroCodec['decode']>[0]>): Promise<object> {
  const definition = classes.get(headers[header.type] ?? '')
  if (!value || !definition) throw new Error('a record that no test has written')
  if (!codec.knows(value)) await codec.learn(value)
  return codec.decode(definition, value)
}
