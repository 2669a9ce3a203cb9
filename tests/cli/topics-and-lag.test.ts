import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'ottla'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ottla } from './run-ottla.js'
import { Notes, Order, Orders } from './shop.config.js'
import { order, startShop, temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()
const day = 24 * 60 * 60 * 1000
let app: App

async function json(...parameters: string[]) {
  const { code, stdout, stderr } = await ottla([...parameters, '--data', folder.data, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  const before = await startShop(folder.data, { modules: [Order, Orders, Notes] })
  const receipt = await before.send(order('o-1', { note: 'torn' }))
  for (const view of [Orders, Notes]) await before.view(view, { after: receipt })
  await before.stop()
  // From here on only one of the views is kept up with the log.
  app = await startShop(folder.data, { modules: [Order, Orders] })
  const receipts = [await app.send(order('o-2')), await app.send(order('o-3')), await app.send(order('o-4'))]
  for (const after of receipts) await app.view(Orders, { after })
  await app.send(order('o-4'))
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

describe('ottla topics, while the app runs', () => {
  it('gives partitions, records and retention', async () => {
    expect(await json('topics')).toEqual([
      { name: 'shop.commands', partitions: 2, records: 0, retention: null, compacted: false },
      { name: 'shop.dead-letters', partitions: 2, records: 0, retention: null, compacted: true },
      { name: 'shop.events', partitions: 2, records: 4, retention: null, compacted: false },
      { name: 'shop.outcomes', partitions: 2, records: 1, retention: 7 * day, compacted: false },
      { name: 'shop.replies', partitions: 12, records: 0, retention: day / 24, compacted: false },
    ])
  })

  it('prints a table without --json', async () => {
    const { stdout } = await ottla(['topics', '--data', folder.data])
    expect(stdout.split('\n').map(line => line.split(/ {2,}/))).toEqual([
      ['Topic', 'Partitions', 'Records', 'Kept', 'Compacted'],
      ['shop.commands', '2', '0', 'for ever', 'no'],
      ['shop.dead-letters', '2', '0', 'for ever', 'yes'],
      ['shop.events', '2', '4', 'for ever', 'no'],
      ['shop.outcomes', '2', '1', '7 days', 'no'],
      ['shop.replies', '12', '0', '1 hour', 'no'],
      [''],
    ])
  })
})

describe('ottla lag, while the app runs', () => {
  it('gives the lag of the inbox and of each view, per partition', async () => {
    const { app: name, consumers, lag } = await json('lag')
    expect({ name, lag }).toEqual({ name: 'shop', lag: 3 })
    expect(consumers.map(({ kind, name, lag }: { kind: string; name: string; lag: number }) => ({ kind, name, lag }))).toEqual([
      { kind: 'group', name: 'shop', lag: 0 },
      { kind: 'view', name: 'notes', lag: 3 },
      { kind: 'view', name: 'orders', lag: 0 },
    ])
    const [inbox, notes, orders] = consumers
    expect(inbox.partitions.map(({ topic, partition }: { topic: string; partition: number }) => ({ topic, partition }))).toEqual([
      { topic: 'shop.commands', partition: 0 },
      { topic: 'shop.commands', partition: 1 },
    ])
    for (const { position, end, lag } of [...notes.partitions, ...orders.partitions]) expect(lag).toBe(end - position)
  })

  it('says of a degraded view why it is', async () => {
    const { consumers } = await json('lag')
    expect(consumers[1]).toMatchObject({ name: 'notes', state: 'degraded', problem: expect.stringMatching(/^VIEW_DEGRADED: .*the note is torn/) })
    expect(consumers[2]).toMatchObject({ name: 'orders', state: 'ok' })
    expect(consumers[2].problem).toBeUndefined()
  })

  it('prints a table with totals, and the reasons below it, without --json', async () => {
    const { stdout } = await ottla(['lag', '--data', folder.data])
    const lines = stdout.split('\n').map(line => line.split(/ {2,}/))
    expect(lines[0]).toEqual(['Consumer', 'Topic', 'Partition', 'Position', 'End', 'Lag'])
    expect(lines).toContainEqual(['view notes (degraded)', 'all', '3'])
    expect(lines).toContainEqual(['all', '3'])
    expect(stdout).toMatch(/\nview notes: VIEW_DEGRADED: .*the note is torn/)
  })
})

describe('ottla lag, where views are not what they should be', () => {
  it('shows a view that cannot be read and one of another log, and goes on', async () => {
    const other = temporaryFolder()
    const fresh = await startShop(other.data)
    copyFileSync(join(folder.data, 'views/orders.sqlite'), join(other.data, 'views/copied.sqlite'))
    writeFileSync(join(other.data, 'views/broken.sqlite'), 'This is no view.'.repeat(1_000))
    const { code, stdout } = await ottla(['lag', '--data', other.data, '--json'])
    await fresh.stop()
    other.remove()
    expect(code).toBe(0)
    const { consumers, lag } = JSON.parse(stdout)
    expect(consumers.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)).toEqual([
      'shop ok',
      'broken unreadable',
      'copied foreign',
      'notes ok',
      'orders ok',
    ])
    expect(consumers[1].problem).toMatch(/^VIEW_DAMAGED: .*broken\.sqlite/)
    expect(lag).toBe(0)
  })
})
