import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { event, type MessageClass, messageDefinition, type Position, t } from '@ottla/core'
import { AvroCodec, type Codec, header, type Log, type NewRecord, type ReaderOptions, shardOf } from '@ottla/eventstore'
import { embedded } from '@ottla/eventstore/embedded'
import { on, projection } from './projection/plain-projection.js'
import type { ProjectionDefinition } from './projection/projection-definition.js'

export const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string, region: t.string, amount: t.int })
export const OrderPaid = event('shop.OrderPaid', { orderId: t.string, region: t.string })
export const OrderNoted = event('shop.OrderNoted', { orderId: t.string, region: t.string })

export const ordersSchema = `
create table orders (id text primary key, region text not null, amount integer not null, paid integer not null default 0);
create table regions (region text primary key, amount integer not null, events integer not null) without rowid;
create index orders_by_region on orders (region);`

/** Rows of one order come from one shard, and the regions are sums: the order of the shards does not matter. */
export const orders: ProjectionDefinition = projection({
  name: 'orders',
  schema: ordersSchema,
  on: [
    on(OrderPlaced, ({ orderId, region, amount }, view) => {
      view.insert('orders', { id: orderId, region, amount })
      const known = view.get<{ amount: number; events: number }>('select amount, events from regions where region = ?', region)
      view.upsert('regions', { region, amount: (known?.amount ?? 0) + amount, events: (known?.events ?? 0) + 1 })
    }),
    on(OrderPaid, ({ orderId, region }, view) => {
      view.update('orders', orderId, { paid: true })
      view.run('update regions set events = events + 1 where region = ?', region)
    }),
  ],
})

type ShopEvent = { readonly orderId: string }

/** An embedded log in a folder of its own, with the events of a shop in three shards. */
export class Shop {
  static readonly topic = 'shop.events'
  #commands = 0
  #writers = 0
  #versions = new Map<string, number>()

  private constructor(
    readonly folder: string,
    readonly log: Log,
    readonly codec: Codec,
  ) {}

  /** Opens the log in this folder, or in a new one. */
  static async open(folder = mkdtempSync(join(tmpdir(), 'ottla-'))): Promise<Shop> {
    const { log, registry } = await embedded(folder).open()
    await log.admin.ensureTopics([{ name: Shop.topic, partitions: 3 }])
    const codec = new AvroCodec(registry)
    await codec.prepare(Shop.topic, [OrderPlaced, OrderPaid, OrderNoted].map(messageDefinition))
    return new Shop(folder, log, codec)
  }

  /** What runners and rebuilds of this shop have in common. */
  get options() {
    return { log: this.log, codec: this.codec, topics: [Shop.topic], folder: this.folder }
  }

  /** Commits each event as a command of its own and gives the position behind the last one. */
  async append(...events: readonly ShopEvent[]): Promise<Position> {
    return this.write(events.map(event => this.record(event)))
  }

  /** Commits records as they are. */
  async write(records: readonly NewRecord[]): Promise<Position> {
    const writer = await this.log.writer(`shop-${++this.#writers}`)
    const offsets = await writer.commit({ records })
    await writer.close()
    const last = records[records.length - 1] as NewRecord
    return { shard: last.partition, offsets: { [Shop.topic]: (offsets[offsets.length - 1] as number) + 1 } }
  }

  record(event: ShopEvent): NewRecord {
    const definition = messageDefinition(event.constructor as MessageClass)
    const version = (this.#versions.get(event.orderId) ?? 0) + 1
    this.#versions.set(event.orderId, version)
    this.#commands++
    const headers = {
      [header.type]: definition.name,
      [header.stream]: 'order',
      [header.version]: String(version),
      [header.command]: `${process.pid}-${performance.now()}-${this.#commands}`,
      [header.commandType]: 'shop.Do',
    }
    const value = this.codec.encode(Shop.topic, definition, event)
    return { topic: Shop.topic, partition: shardOf(event.orderId, 3), key: event.orderId, value, headers, timestamp: this.#commands }
  }

  /** Closes the log and keeps the folder. */
  close(): Promise<void> {
    return this.log.close()
  }

  /** Closes the log and removes the folder. */
  async remove(): Promise<void> {
    await this.log.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** What projections use of the log, as a plain object: a test may put something in front of a part of it. */
export function logOf({ log }: Shop): Log {
  const { admin } = log
  const used = { beginOffsets: (topic: string) => admin.beginOffsets(topic), endOffsets: (topic: string) => admin.endOffsets(topic) }
  return { clusterId: log.clusterId, reader: (options: ReaderOptions) => log.reader(options), admin: used } as Log
}

/** Orders of three regions, all placed and half of them paid. */
export function someEvents(count: number, first = 0): ShopEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const order = { orderId: `o-${first + index}`, region: ['north', 'south', 'west'][index % 3] as string }
    return [new OrderPlaced({ ...order, amount: index + 1 }), new OrderNoted(order), ...(index % 2 === 0 ? [new OrderPaid(order)] : [])]
  }).flat()
}
