import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { compareViews, ProjectionRunner, rebuildView, ViewReader, viewFolder, viewPath } from '@ottla/projections'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { build, root } from '../built.js'
import { Random } from '../simulation/random.js'
import { append, OrderPaid, OrderPlaced, openShop, orderEvents, orders, readEvents, type Shop, topic } from './shop.js'

let folder: string
let shop: Shop | undefined
let children: ChildProcess[] = []

beforeAll(() => build('tests'), 120_000)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await shop?.log.close()
  shop = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the shop in a process of its own; kills it `delay` milliseconds after it has printed a line that `at` is true for, and gives the last line. */
async function runUntilKilled(parameters: readonly string[], at: (line: string, lines: number) => boolean, delay: number): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'tests/dist/projections/shop-process.js'), ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const ended = once(child, 'exit')
  let last = ''
  let lines = 0
  for await (const line of createInterface(child.stdout)) {
    last = line
    if (at(line, ++lines)) setTimeout(() => child.kill('SIGKILL'), delay)
  }
  await ended
  children = children.filter(other => other !== child)
  return last
}

/** The rows that the events below the view's checkpoint make, folded without any of Ottla's projection code. */
async function expectRowsAsTheCheckpointSays(opened: Shop): Promise<void> {
  const view = new ViewReader(viewPath(folder, 'orders'), 'orders')
  const expected = new Map<string, { id: string; amount: number; paid: number }>()
  for (const event of await readEvents(opened, view.status().position)) {
    if (event instanceof OrderPlaced) expected.set(event.orderId, { id: event.orderId, amount: event.amount, paid: 0 })
    const order = event instanceof OrderPaid && expected.get(event.orderId)
    if (order) order.paid = 1
  }
  const rows = Array.from(expected.values()).sort((a, b) => (a.id < b.id ? -1 : 1))
  expect(view.all('select id, amount, paid from orders order by id')).toEqual(rows)
  const amount = rows.reduce((sum, row) => sum + row.amount, 0)
  expect(view.all('select * from totals')).toEqual(rows.length > 0 ? [{ name: 'all', orders: rows.length, amount }] : [])
  view.close()
}

async function expectRightRows(opened: Shop): Promise<void> {
  const aside = { ...opened, folder: join(folder, 'oracle') }
  await rebuildView({ ...aside, definition: orders })
  expect(compareViews(viewPath(folder, 'orders'), viewPath(aside.folder, 'orders'))).toEqual([])
  rmSync(aside.folder, { recursive: true })
}

it('an app killed at any moment leaves rows and checkpoint that agree, and loses nothing', async () => {
  const random = new Random(7)
  let next = 0
  for (let round = 0; round < 8; round++) {
    const lines = 1 + random.below(60)
    next = Number(await runUntilKilled(['serve', folder, String(next)], (_, count) => count === lines, random.below(15))) + 2
    shop = await openShop(folder, true)
    await expectRowsAsTheCheckpointSays(shop)
    await shop.log.close()
  }
  shop = await openShop(folder)
  const runner = new ProjectionRunner({ ...shop, definition: orders })
  await runner.start()
  const ends = await shop.log.admin.endOffsets(topic)
  await Promise.all(ends.map((offset, shard) => runner.waitFor({ shard, offsets: { [topic]: offset } }, 20_000)))
  await runner.stop()
  await expectRightRows(shop)
})

it('a rebuild killed at any moment, also in its swap, leaves the live view whole, old or new', async () => {
  const random = new Random(11)
  shop = await openShop(folder)
  for (let n = 0; n < 6_000; n += 1000) await append(shop, Array.from({ length: 1000 }, (_, index) => orderEvents(n + index)).flat())
  const runner = new ProjectionRunner({ ...shop, definition: orders })
  await runner.start()
  const seen = { old: 0, new: 0 }
  for (let round = 0; round < 10; round++) {
    await runner.waitFor(await append(shop, orderEvents(20_000 + round)), 20_000)
    const spoilt = new Database(viewPath(folder, 'orders'))
    spoilt.exec("insert or replace into orders values ('spoilt', 0, 0)")
    // The first rounds while it reads, the others around the swap.
    await runUntilKilled(['rebuild', folder], (line, count) => (round < 3 ? count === 3 : line === 'read'), round < 3 ? 0 : random.below(40))
    expect(spoilt.pragma('integrity_check', { simple: true })).toBe('ok')
    const removed = spoilt.prepare("delete from orders where id = 'spoilt'").run().changes
    seen[removed === 1 ? 'old' : 'new']++
    spoilt.close()
    await runner.waitFor(await append(shop, orderEvents(30_000 + round)), 20_000)
    await expectRightRows(shop)
  }
  expect(seen.old).toBeGreaterThan(0)
  await runner.rebuild()
  await runner.stop()
  await expectRightRows(shop)
  expect(readdirSync(viewFolder(folder)).filter(file => file.includes('rebuild'))).toEqual([])
})
