import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSample } from '../order-saga/started-sample.js'
import { rowsOf } from '../order-saga/views.js'
import { orderSagaConfig, ottla } from './run-ottla.js'
import { temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()

beforeAll(async () => {
  expect(await runSample('--json', '--limit', '20', '--data', folder.data)).toMatchObject({ code: 0 })
})

afterAll(() => folder.remove())

it('rebuilds every view of the sample into equal rows', async () => {
  const views = { orders: 'orders', 'order-steps': 'order_steps', payments: 'payments', stock: 'stock', revenue: 'revenue_by_region' }
  for (const [view, table] of Object.entries(views)) {
    const rows = () => rowsOf(folder.data, view, `select * from ${table} order by 1, 2`)
    const before = rows()
    expect(before.length).toBeGreaterThan(0)
    expect(await ottla(['replay', view, '--config', orderSagaConfig, '--data', folder.data])).toMatchObject({ code: 0 })
    expect(rows()).toEqual(before)
  }
})

it('tells the story of one order by its correlation id', async () => {
  const json = async (...parameters: string[]) => {
    const { stdout } = await ottla(['events', '--data', folder.data, '--json', ...parameters])
    return stdout
      .split('\n')
      .filter(line => line)
      .map(line => JSON.parse(line))
  }
  const [placed] = await json('--type', 'OrderPlaced', '--limit', '1')
  const story = await json('--correlation', placed.correlationId)
  expect(story[0]).toEqual(placed)
  expect(story.at(-1).type).toMatch(/^ottla\.saga\.Saga(Completed|Compensated)$/)
  expect(new Set(story.map(({ stream }) => stream.participant))).toContain('fulfil-order')
})
