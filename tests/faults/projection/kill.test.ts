import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareViews, ProjectionRunner, rebuildView, ViewReader, viewPath } from '@ottla/projections'
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest'
import { build } from '../../built.js'
import { append, OrderPaid, OrderPlaced, orderEvents, orders, readEvents, type Shop, topic } from '../../projections/shop.js'
import { Random } from '../../simulation/random.js'
import { viewProgram } from '../places.js'
import { openKafkaShop } from './kafka-shop.js'

const kills = 12

beforeAll(() => build('tests'), 180_000)

/** Runs the view in a process of its own, which is killed `delay` milliseconds after it has begun. */
async function runUntilKilled(folder: string, delay: number): Promise<void> {
  const child = spawn(process.execPath, [viewProgram, inject('kafkaBrokers').join(), inject('registryUrl'), folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay))
  const [, signal] = await ended
  expect(signal).toBe('SIGKILL')
}

/** The rows that the events below the view's checkpoint make, folded without any of Ottla's projection code; gives how many events that were. */
async function expectRowsAsTheCheckpointSays(shop: Shop, folder: string): Promise<number> {
  const view = new ViewReader(viewPath(folder, 'orders'), 'orders')
  const expected = new Map<string, { id: string; amount: number; paid: number }>()
  const events = await readEvents(shop, view.status().position)
  for (const event of events) {
    if (event instanceof OrderPlaced) expected.set(event.orderId, { id: event.orderId, amount: event.amount, paid: 0 })
    const order = event instanceof OrderPaid && expected.get(event.orderId)
    if (order) order.paid = 1
  }
  const rows = Array.from(expected.values()).sort((a, b) => (a.id < b.id ? -1 : 1))
  expect(view.all('select id, amount, paid from orders order by id')).toEqual(rows)
  view.close()
  return events.length
}

it('a view on Kafka that is killed at any moment has rows that agree with its checkpoint, which never goes back', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-view-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const shop = await openKafkaShop(inject('kafkaBrokers'), inject('registryUrl'), join(folder, 'shop'))
  const viewFolder = join(folder, 'view')
  const random = new Random(11)
  let isKilling = true
  let next = 0
  const writing = (async () => {
    while (isKilling) await append(shop, orderEvents(next++))
  })()
  let seen = 0
  for (let kill = 0; kill < kills; kill++) {
    await runUntilKilled(viewFolder, random.below(400))
    const now = await expectRowsAsTheCheckpointSays(shop, viewFolder)
    expect(now).toBeGreaterThanOrEqual(seen)
    seen = now
  }
  isKilling = false
  await writing
  expect(seen).toBeGreaterThan(0)
  const runner = new ProjectionRunner({ ...shop, folder: viewFolder, definition: orders })
  await runner.start()
  const ends = await shop.log.admin.endOffsets(topic)
  await Promise.all(ends.map((offset, shard) => runner.waitFor({ shard, offsets: { [topic]: offset } }, 30_000)))
  await runner.stop()
  await expectRowsAsTheCheckpointSays(shop, viewFolder)
  const aside = join(folder, 'anew')
  await rebuildView({ ...shop, folder: aside, definition: orders })
  expect(compareViews(viewPath(viewFolder, 'orders'), viewPath(aside, 'orders'))).toEqual([])
  await shop.log.close()
})
