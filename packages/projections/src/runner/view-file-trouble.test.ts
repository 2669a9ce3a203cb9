import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OttlaError } from '@ottla/core'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OrderPlaced, orders, Shop, someEvents } from '../shop.fixture.js'
import { compareViews } from '../view/view-comparison.js'
import { viewFolder, viewPath } from '../view/view-path.js'
import { ViewReader } from '../view/view-reader.js'
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner.js'

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

async function run(options: Partial<ProjectionRunnerOptions> = {}): Promise<ProjectionRunner> {
  const runner = new ProjectionRunner({ ...shop.options, definition: orders, ...options })
  runners.push(runner)
  await runner.start()
  return runner
}

async function atEnd(runner: ProjectionRunner): Promise<ProjectionRunner> {
  const ends = await shop.log.admin.endOffsets(Shop.topic)
  await Promise.all(ends.map((offset, shard) => runner.waitFor({ shard, offsets: { [Shop.topic]: offset } }, 20_000)))
  return runner
}

/** The view as it should be, made from the beginning somewhere else. */
async function expectRightRows(actual = file): Promise<void> {
  const folder = join(shop.folder, 'oracle')
  const oracle = await atEnd(await run({ folder }))
  await oracle.stop()
  expect(compareViews(actual, viewPath(folder, orders.name))).toEqual([])
  rmSync(folder, { recursive: true })
}

describe('a crash between two transactions', () => {
  it('loses no row and repeats none, whichever two they are', async () => {
    const runner = await run()
    const copies: string[] = []
    const events = someEvents(12)
    for (const [index, event] of events.entries()) {
      const copy = join(shop.folder, `crash-${index}`)
      // What another process finds after kill -9: the files as they are, with the WAL.
      cpSync(viewFolder(shop.folder), viewFolder(copy), { recursive: true })
      copies.push(copy)
      await runner.waitFor(await shop.append(event), 5000)
    }
    for (const folder of copies) {
      await (await atEnd(await run({ folder }))).stop()
      expect(compareViews(file, viewPath(folder, orders.name))).toEqual([])
    }
    await expectRightRows()
  })
})

describe('a view that was made from another log', () => {
  it('is made anew when the log is a new one', async () => {
    const runner = await run()
    await runner.waitFor(await shop.append(...someEvents(3, 100)), 5000)
    await runner.stop()
    const other = await Shop.open()
    mkdirSync(viewFolder(other.folder), { recursive: true })
    cpSync(file, viewPath(other.folder, orders.name))
    await other.append(...someEvents(6, 200))
    await shop.remove()
    shop = other
    file = viewPath(shop.folder, orders.name)
    await atEnd(await run())
    await expectRightRows()
  })

  it('is made anew when the log was put back from a backup and written to since', async () => {
    await shop.append(...someEvents(3))
    await shop.close()
    cpSync(join(shop.folder, 'log.sqlite'), join(shop.folder, 'backup.sqlite'))
    shop = await Shop.open(shop.folder)
    await shop.append(...someEvents(3, 100))
    await (await atEnd(await run())).stop()
    await shop.close()
    for (const suffix of ['-wal', '-shm']) rmSync(join(shop.folder, `log.sqlite${suffix}`), { force: true })
    renameSync(join(shop.folder, 'backup.sqlite'), join(shop.folder, 'log.sqlite'))
    shop = await Shop.open(shop.folder)
    await shop.append(...someEvents(20, 200))
    await atEnd(await run())
    await expectRightRows()
  })

  it('is made anew when it has read further than the log goes', async () => {
    await shop.append(...someEvents(3))
    await shop.close()
    cpSync(join(shop.folder, 'log.sqlite'), join(shop.folder, 'backup.sqlite'))
    shop = await Shop.open(shop.folder)
    await shop.append(...someEvents(3, 100))
    await (await atEnd(await run())).stop()
    await shop.close()
    for (const suffix of ['-wal', '-shm']) rmSync(join(shop.folder, `log.sqlite${suffix}`), { force: true })
    renameSync(join(shop.folder, 'backup.sqlite'), join(shop.folder, 'log.sqlite'))
    shop = await Shop.open(shop.folder)
    await atEnd(await run())
    await expectRightRows()
  })

  it('is made anew when the log has another id, though the same events stand in it', async () => {
    await shop.append(...someEvents(6))
    await (await atEnd(await run())).stop()
    const client = new Database(file)
    client.exec("update ottla_view set cluster = 'another'; update orders set amount = -1")
    client.close()
    await atEnd(await run())
    await expectRightRows()
  })

  it('is made anew when the file served another app in this folder', async () => {
    const { log } = shop
    await log.admin.ensureTopics([{ name: 'other.events', partitions: 3 }])
    await shop.write([{ ...shop.record(new OrderPlaced({ orderId: 'other', region: 'north', amount: 1 })), topic: 'other.events' }])
    const other = await run({ topics: ['other.events'] })
    await expect.poll(() => other.reader().all('select id from orders')).toEqual([{ id: 'other' }])
    await other.stop()
    await shop.append(...someEvents(3))
    await atEnd(await run())
    await expectRightRows()
  })
})

describe('a full disk', () => {
  it('stops the view with VIEW_FULL and loses nothing', async () => {
    const errors: OttlaError[] = []
    const runner = await run({ maxFilePages: 20, failed: error => errors.push(error) })
    await shop.append(...someEvents(3000))
    await expect(atEnd(runner)).rejects.toThrow(/^VIEW_FULL: The disk of view file .*orders\.sqlite is full/)
    expect(errors.map(({ code }) => code)).toEqual(['VIEW_FULL'])
    expect(runner.problem).toBe(errors[0])
    const { n } = runner.reader().get<{ n: number }>('select count(*) as n from orders') ?? { n: -1 }
    expect(n).toBeLessThan(3000)
    await runner.stop()
    await atEnd(await run())
    await expectRightRows()
  })

  it('is not taken for the fault of a handler, also where the handler catches it', async () => {
    const careless = {
      ...orders,
      handlers: orders.handlers.map(handler => ({
        ...handler,
        handle: (...args: Parameters<typeof handler.handle>) => {
          try {
            handler.handle(...args)
          } catch {}
        },
      })),
    }
    const runner = await run({ definition: careless, maxFilePages: 20 })
    await shop.append(...someEvents(3000))
    await expect(atEnd(runner)).rejects.toThrow(/^VIEW_FULL/)
    expect(runner.reader().status().problem).toBeUndefined()
  })
})

describe('a file that is no view', () => {
  it.each<[string, (path: string) => void]>([
    ['no database', path => writeFileSync(path, 'hello, this is a text that is longer than the header of a database file; '.repeat(20))],
    ["somebody else's database", path => void new Database(path).exec("create table accounts (id); insert into accounts values ('mine')").close()],
  ])('is left alone when it is %s', async (_, make) => {
    mkdirSync(viewFolder(shop.folder))
    make(file)
    const before = readFileSync(file)
    await expect(run()).rejects.toThrow(/^VIEW_DAMAGED: The file .*orders\.sqlite is damaged or no view of Ottla .* delete the file/)
    expect(readFileSync(file).subarray(100)).toEqual(before.subarray(100))
  })

  it('stops the runner when the damage shows later', async () => {
    await (await atEnd(await run())).stop()
    const errors: OttlaError[] = []
    const bytes = readFileSync(file)
    // Everything behind the first page, which holds the schema.
    bytes.fill(0xff, 4096)
    writeFileSync(file, bytes)
    const failure = run({ failed: error => errors.push(error) }).then(runner => shop.append(...someEvents(3)).then(() => atEnd(runner)))
    await expect(failure).rejects.toThrow(/^VIEW_DAMAGED/)
  })

  it('is made anew when it was deleted, as the error says', async () => {
    await shop.append(...someEvents(4))
    await (await atEnd(await run())).stop()
    rmSync(file)
    await atEnd(await run())
    await expectRightRows()
  })
})

describe('another process that writes the file', () => {
  it('is waited for, without an error and without holding the event loop', async () => {
    const errors: OttlaError[] = []
    const runner = await atEnd(await run({ failed: error => errors.push(error) }))
    const other = new Database(file)
    other.exec('begin immediate')
    const position = await shop.append(...someEvents(3))
    await expect(runner.waitFor(position, 200)).rejects.toThrow(/^VIEW_TIMEOUT/)
    other.exec('rollback')
    other.close()
    await runner.waitFor(position, 5000)
    expect(errors).toEqual([])
    await expectRightRows()
  })

  it('is not waited for without end when a runner starts and is stopped', async () => {
    await (await run()).stop()
    const other = new Database(file)
    other.exec("update ottla_view set cluster = 'another'; begin immediate")
    const runner = new ProjectionRunner({ ...shop.options, definition: orders })
    const started = runner.start()
    setTimeout(() => runner.stop(), 20)
    await expect(started).rejects.toThrow(/^VIEW_STOPPED/)
    other.close()
  })

  it('does not keep the runner from stopping', async () => {
    const runner = await atEnd(await run())
    const other = new Database(file)
    other.exec('begin immediate')
    await shop.append(...someEvents(3))
    await runner.stop()
    other.close()
  })

  it('may put the view back: the runner goes on from where the file stands', async () => {
    const runner = await run()
    await runner.waitFor(await shop.append(...someEvents(3)), 5000)
    const other = new Database(file)
    other.exec('begin immediate; delete from orders; delete from regions; update ottla_checkpoint set offset = 0; commit')
    other.close()
    await shop.append(new OrderPlaced({ orderId: 'last', region: 'north', amount: 1 }))
    await atEnd(runner)
    await expectRightRows()
  })

  it('ends the runner when it runs newer code', async () => {
    const errors: OttlaError[] = []
    const runner = await atEnd(await run({ failed: error => errors.push(error) }))
    const other = new Database(file)
    other.exec('update ottla_view set version = 2')
    other.close()
    await shop.append(...someEvents(1))
    await expect(atEnd(runner)).rejects.toThrow(/^VIEW_REPLACED: View orders of version 1 was replaced by version 2/)
    expect(errors).toHaveLength(1)
  })
})

describe('reading', () => {
  it('works with any SQLite client while the app writes', async () => {
    const runner = await run()
    const client = new Database(file, { readonly: true })
    await runner.waitFor(await shop.append(new OrderPlaced({ orderId: 'a', region: 'north', amount: 5 })), 5000)
    expect(client.prepare('select * from orders').all()).toEqual([{ id: 'a', region: 'north', amount: 5, paid: 0 }])
    expect(client.pragma('journal_mode', { simple: true })).toBe('wal')
    client.close()
  })

  it('goes row by row on a moment of its own, beside queries that see what is new', async () => {
    const runner = await run()
    const place = async (orderId: string) => runner.waitFor(await shop.append(new OrderPlaced({ orderId, region: 'north', amount: 1 })), 5000)
    await place('a')
    await place('b')
    const seen: unknown[] = []
    for (const { id } of runner.reader().iterate('select id from orders order by id')) {
      if (seen.length === 0) await place('c')
      seen.push(id)
    }
    expect(seen).toEqual(['a', 'b'])
    expect(runner.reader().get('select count(*) as n from orders')).toEqual({ n: 3 })
    for (const _ of runner.reader().iterate('select id from orders')) break
  })

  it('refuses to write, and SQL that is wrong, with an error that shows it', async () => {
    const reader = (await run()).reader()
    expect(() => reader.get("insert into orders values ('x', 'y', 1, 0) returning id")).toThrow(
      /^VIEW_QUERY_FAILED: View orders cannot answer "insert .*readonly/,
    )
    expect(() => reader.all('select * from order_lines')).toThrow(/no such table: order_lines/)
    expect(() => reader.iterate('selct').next()).toThrow(/^VIEW_QUERY_FAILED/)
    expect(() => reader.get('select ?', {} as never)).toThrow(/^VIEW_VALUE_INVALID/)
  })

  it('says that there is no view where there is none', () => {
    expect(existsSync(file)).toBe(false)
    expect(() => new ViewReader(file, 'orders')).toThrow(/^VIEW_MISSING.*ottla replay orders/)
  })

  it('says that a file is no view', () => {
    mkdirSync(viewFolder(shop.folder))
    new Database(file).exec('create table t (x)').close()
    expect(() => new ViewReader(file, 'orders')).toThrow(/^VIEW_DAMAGED/)
    expect(statSync(file).size).toBeGreaterThan(0)
  })
})
