import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OttlaError } from '@ottla/core'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { ProjectionRunner, type ProjectionRunnerOptions } from '../runner/projection-runner.js'
import { logOf, OrderPlaced, orders, ordersSchema, Shop, someEvents } from '../shop.fixture.js'
import { compareViews } from '../view/view-comparison.js'
import { viewFolder, viewPath } from '../view/view-path.js'
import { ViewReader } from '../view/view-reader.js'
import { rebuildView } from './rebuild.js'
import type { RebuildProgress } from './rebuild-progress.js'

let shop: Shop
let file: string
const runners: ProjectionRunner[] = []

beforeEach(async () => {
  shop = await Shop.open()
  file = viewPath(shop.folder, orders.name)
})

afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop()
  await shop.remove()
})

async function run(definition = orders, options: Partial<ProjectionRunnerOptions> = {}): Promise<ProjectionRunner> {
  const runner = new ProjectionRunner({ ...shop.options, definition, ...options })
  runners.push(runner)
  await runner.start()
  return runner
}

async function atEnd(runner: ProjectionRunner): Promise<ProjectionRunner> {
  const ends = await shop.log.admin.endOffsets(Shop.topic)
  await Promise.all(ends.map((offset, shard) => runner.waitFor({ shard, offsets: { [Shop.topic]: offset } }, 20_000)))
  return runner
}

async function expectRightRows(definition = orders): Promise<void> {
  const folder = join(shop.folder, 'oracle')
  await (await atEnd(await run(definition, { folder }))).stop()
  expect(compareViews(file, viewPath(folder, definition.name))).toEqual([])
}

const spoil = () => {
  const client = new Database(file)
  client.exec("update orders set amount = -1; insert into regions values ('nowhere', 0, 0)")
  client.close()
}

const order = (orderId: string) => new OrderPlaced({ orderId, region: 'north', amount: 1 })
const files = () => readdirSync(viewFolder(shop.folder)).sort()

describe('a rebuild', () => {
  it('gives the rows of the log, whatever was in the view', async () => {
    await shop.append(...someEvents(40))
    await (await atEnd(await run())).stop()
    spoil()
    const report = await rebuildView({ ...shop.options, definition: orders })
    expect(report).toMatchObject({ records: 100, failures: 0 })
    await expectRightRows()
    expect(files().filter(name => name.includes('rebuild'))).toEqual([])
  })

  it('makes a view where there was none', async () => {
    await shop.append(...someEvents(5))
    await rebuildView({ ...shop.options, definition: orders })
    await expectRightRows()
    expect(new ViewReader(file, 'orders').status().position.reduce((sum, { offset }) => sum + offset, 0)).toBe(13)
  })

  it('of an empty log makes an empty view', async () => {
    await rebuildView({ ...shop.options, definition: orders })
    expect(new ViewReader(file, 'orders').all('select * from orders')).toEqual([])
  })

  it('reports how far it is', async () => {
    await shop.append(...someEvents(1000))
    const steps: RebuildProgress[] = []
    await rebuildView({ ...shop.options, definition: orders, progress: step => steps.push(step) })
    expect(steps.length).toBeGreaterThan(1)
    expect(steps.every(({ done, total, rate }) => done <= total && total === 2500 && rate > 0)).toBe(true)
    expect(steps.at(-1)?.done).toBe(2500)
  })

  it('clears what was left out once its cause is mended', async () => {
    const failing = { ...orders, handlers: orders.handlers.map(handler => ({ ...handler, handle: () => expect.unreachable() })) }
    await shop.append(...someEvents(3))
    const runner = await atEnd(await run(failing))
    expect(runner.problem?.code).toBe('VIEW_DEGRADED')
    await runner.stop()
    const mended = await run()
    expect(mended.problem?.code).toBe('VIEW_DEGRADED')
    await mended.rebuild()
    expect(mended.problem).toBeUndefined()
    await expectRightRows()
  })

  it('tells how many events it had to leave out', async () => {
    const failing = { ...orders, handlers: orders.handlers.map(handler => ({ ...handler, handle: () => expect.unreachable() })) }
    await shop.append(...someEvents(2))
    expect(await rebuildView({ ...shop.options, definition: failing })).toMatchObject({ failures: 3 })
  })
})

describe('a rebuild while the app runs', () => {
  it('is taken over by the runner, which goes on where the new rows end', async () => {
    await shop.append(...someEvents(20))
    const runner = await atEnd(await run())
    spoil()
    await rebuildView({ ...shop.options, definition: orders })
    await runner.waitFor(await shop.append(...someEvents(7, 100)), 5000)
    await atEnd(runner)
    await expectRightRows()
  })

  it('never takes a reader back behind what it has seen', async () => {
    const runner = await run()
    await shop.append(...someEvents(300))
    await atEnd(runner)
    const client = new Database(file, { readonly: true })
    const count = client.prepare<[], number>('select count(*) from orders').pluck()
    let [most, done] = [0, false]
    const looking = (async () => {
      while (!done) {
        const seen = count.get() as number
        expect(seen).toBeGreaterThanOrEqual(most)
        most = seen
        await new Promise(resolve => setImmediate(resolve))
      }
    })()
    const writing = (async () => {
      for (let i = 0; i < 40; i++) await runner.waitFor(await shop.append(order(`n-${i}`)), 20_000)
    })()
    for (let i = 0; i < 4; i++) await runner.rebuild()
    await writing
    done = true
    await looking
    expect(count.get()).toBe(340)
    client.close()
    await expectRightRows()
  })

  it('brings the file aside to where the live view stands, under its lock', async () => {
    await shop.append(...someEvents(5))
    const runner = await atEnd(await run())
    let asked = 0
    const endOffsets = async (topic: string) => {
      const ends = await shop.log.admin.endOffsets(topic)
      // Events that come after the last pass has looked where the log ends, and that the runner has handled.
      if (++asked === 2) await runner.waitFor(await shop.append(...someEvents(9, 50)), 5000)
      return ends
    }
    await rebuildView({ ...shop.options, definition: orders, log: { ...logOf(shop), admin: { ...logOf(shop).admin, endOffsets } } })
    expect(new ViewReader(file, 'orders').get('select count(*) as n from orders')).toEqual({ n: 14 })
    await atEnd(runner)
    await expectRightRows()
  })

  it('may run twice at once', async () => {
    await shop.append(...someEvents(50))
    const runner = await atEnd(await run())
    spoil()
    await Promise.all([runner.rebuild(), runner.rebuild()])
    await shop.append(...someEvents(5, 200))
    await atEnd(runner)
    await expectRightRows()
  })

  it('ends with VIEW_STOPPED when the app stops, and the view stays', async () => {
    await shop.append(...someEvents(200))
    const runner = await atEnd(await run())
    const rebuilt = runner.rebuild()
    await Promise.all([expect(rebuilt).rejects.toThrow(/^VIEW_STOPPED/), runner.stop()])
    expect(files()).toEqual(['orders.sqlite'])
    await expectRightRows()
  })
})

describe('a rebuild that fails', () => {
  it('for a full disk leaves the live view as it is', async () => {
    await shop.append(...someEvents(500))
    const runner = await atEnd(await run())
    await expect(rebuildView({ ...shop.options, definition: orders, maxFilePages: 12 })).rejects.toThrow(/^VIEW_FULL/)
    expect(files().filter(name => name.includes('rebuild'))).toEqual([])
    await runner.waitFor(await shop.append(order('after')), 5000)
    await expectRightRows()
  })

  it('leaves a file alone that is no view', async () => {
    await run().then(runner => runner.stop())
    const client = new Database(file)
    client.exec('drop table ottla_view')
    client.close()
    await expect(rebuildView({ ...shop.options, definition: orders })).rejects.toThrow(/^VIEW_DAMAGED/)
    expect(new Database(file).prepare('select count(*) as n from orders').get()).toEqual({ n: 0 })
  })

  it('leaves a file aside behind when it is killed, which the next one removes', async () => {
    await run().then(runner => runner.stop())
    const stale = join(viewFolder(shop.folder), 'orders.rebuild-1-abc.sqlite')
    const other = join(viewFolder(shop.folder), 'orders-by-day.rebuild-1-abc.sqlite')
    const used = join(viewFolder(shop.folder), 'orders.rebuild-2-abc.sqlite')
    for (const path of [stale, `${stale}-journal`, other]) writeFileSync(path, 'stale')
    const user = new Database(used)
    user.exec('create table t (x); begin exclusive')
    await rebuildView({ ...shop.options, definition: orders })
    expect([stale, `${stale}-journal`, other, used].map(existsSync)).toEqual([false, false, true, true])
    user.close()
  })
})

describe('another version of the projection', () => {
  const second: ProjectionDefinition = {
    ...orders,
    version: 2,
    schema: `${ordersSchema} create table extra (id text primary key);`,
    handlers: orders.handlers.map(handler => ({
      ...handler,
      handle: (event, view, context) => {
        view.upsert('extra', { id: (event as { orderId: string }).orderId })
        return handler.handle(event, view, context)
      },
    })),
  }

  it('is built aside while the old rows serve, and then takes their place', async () => {
    await shop.append(...someEvents(200))
    await (await atEnd(await run())).stop()
    const errors: OttlaError[] = []
    const runner = await run(second, { failed: error => errors.push(error) })
    expect(runner.reader().get('select count(*) as n from orders')).toEqual({ n: 200 })
    expect(runner.reader().status().version).toBe(1)
    await runner.waitFor(await shop.append(order('new')), 20_000)
    expect(runner.reader().get('select count(*) as n from extra')).toEqual({ n: 201 })
    expect(runner.reader().status().version).toBe(2)
    expect(errors).toEqual([])
    await expectRightRows(second)
  })

  it.each<[string, Partial<ProjectionDefinition>]>([
    ['its version alone', { version: 3 }],
    ['its schema alone', { schema: `${ordersSchema} create index by_amount on orders (amount);` }],
    ['the set of handled events', { handlers: orders.handlers.slice(0, 1) }],
  ])('is seen by %s', async (_, change) => {
    await shop.append(...someEvents(10))
    await (await atEnd(await run())).stop()
    spoil()
    const runner = await run({ ...orders, ...change })
    await runner.waitFor(await shop.append(order('new')), 20_000)
    expect(runner.reader().all("select * from regions where region = 'nowhere'")).toEqual([])
  })

  it('goes on with what it has when nothing has changed', async () => {
    await (await atEnd(await run())).stop()
    spoil()
    const runner = await run({ ...orders, schema: `${ordersSchema}\n` })
    expect(runner.reader().all('select region from regions')).toEqual([{ region: 'nowhere' }])
  })

  it('is taken up again after it was stopped halfway', async () => {
    await shop.append(...someEvents(300))
    await (await atEnd(await run())).stop()
    await (await run(second)).stop()
    const runner = await run(second)
    await runner.waitFor(await shop.append(order('new')), 20_000)
    await expectRightRows(second)
  })
})
