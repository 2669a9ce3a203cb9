import { join } from 'node:path'
import type { LogReader, LogRecord, ReaderOptions, RecordBatch } from '@ottla/eventstore'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { logOf, orders, Shop, someEvents } from '../shop.fixture.js'
import { compareViews } from '../view/view-comparison.js'
import { viewPath } from '../view/view-path.js'
import { rebuildView } from './rebuild.js'

let shop: Shop

beforeEach(async () => {
  shop = await Shop.open()
})

afterEach(() => shop.remove())

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function allRecords(): Promise<LogRecord[][]> {
  const ends = await shop.log.admin.endOffsets(Shop.topic)
  return Promise.all(
    ends.map(async (end, partition) => {
      const records: LogRecord[] = []
      const reader = shop.log.reader({ from: [{ topic: Shop.topic, partition, offset: 0 }] })
      if (end > 0) {
        for await (const batch of reader) {
          records.push(...batch.records)
          if (batch.next >= end) break
        }
      }
      await reader.close()
      return records
    }),
  )
}

/** Hands the records of each shard out in order, and everything else about them as the seed wants it. */
function shuffled(shards: readonly (readonly LogRecord[])[], { from }: ReaderOptions, next: () => number): LogReader {
  const offsets = shards.map((_, partition) => from.find(at => at.partition === partition)?.offset ?? 0)
  const left = () => offsets.flatMap((offset, partition) => (offset < (shards[partition]?.length ?? 0) ? [partition] : []))
  const closed = Promise.withResolvers<void>()
  async function* batches(): AsyncGenerator<RecordBatch> {
    for (let open = left(); open.length > 0; open = left()) {
      const partition = open[Math.floor(next() * open.length)] as number
      const offset = offsets[partition] as number
      const records = (shards[partition] ?? []).slice(offset, offset + Math.ceil(next() * 5))
      offsets[partition] = offset + records.length
      yield { topic: Shop.topic, partition, from: offset, records, next: offset + records.length }
    }
    await closed.promise
  }
  return { [Symbol.asyncIterator]: batches, close: async () => closed.resolve() } as unknown as LogReader
}

it('of the shards does not matter to rows that commute', async () => {
  await shop.append(...someEvents(60))
  await rebuildView({ ...shop.options, definition: orders })
  const shards = await allRecords()
  for (let seed = 1; seed <= 25; seed++) {
    const next = random(seed)
    const folder = join(shop.folder, `seed-${seed}`)
    const log = { ...logOf(shop), reader: (options: ReaderOptions) => shuffled(shards, options, next) }
    await rebuildView({ ...shop.options, definition: orders, log, folder })
    expect(compareViews(viewPath(shop.folder, 'orders'), viewPath(folder, 'orders')), `seed ${seed}`).toEqual([])
  }
})

it('of the shards shows in rows that do not commute, which the comparison finds', async () => {
  await shop.append(...someEvents(60))
  const last = {
    ...orders,
    handlers: orders.handlers.map(handler => ({
      ...handler,
      handle: (event: object, view: Parameters<typeof handler.handle>[1]) =>
        view.upsert('regions', { region: 'last', amount: Number((event as { orderId: string }).orderId.slice(2)), events: 1 }),
    })),
  }
  await rebuildView({ ...shop.options, definition: last })
  const shards = await allRecords()
  const differences = await Promise.all(
    Array.from({ length: 10 }, async (_, seed) => {
      const folder = join(shop.folder, `seed-${seed}`)
      const log = { ...logOf(shop), reader: (options: ReaderOptions) => shuffled(shards, options, random(seed)) }
      await rebuildView({ ...shop.options, definition: last, log, folder })
      return compareViews(viewPath(shop.folder, 'orders'), viewPath(folder, 'orders')).length
    }),
  )
  expect(Math.max(...differences)).toBe(1)
})
