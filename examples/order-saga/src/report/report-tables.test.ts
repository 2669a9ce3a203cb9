import { expect, test } from 'vitest'
import { reportTables } from './report-tables.js'

test('the tables show every outcome, and each region and category with its revenue', () => {
  const tables = reportTables({
    orders: 12,
    confirmed: 6,
    cancelled: { stock: 3, card: 2, carrier: 1 },
    revenue: '70.01',
    revenueByRegion: { East: '50.00', West: '20.01' },
    revenueByCategory: { Art: '70.01' },
    commands: 1,
    events: 1,
    compensations: 1,
    seconds: 1,
    stuck: 0,
  })
  const rows = tables
    .split('\n')
    .filter(line => line.startsWith('│'))
    .map(line => line.replaceAll(/[│ ]+/g, ' ').trim())
  expect(rows).toEqual([
    'Outcome Orders',
    'confirmed 6',
    'cancelled: stock 3',
    'cancelled: card 2',
    'cancelled: carrier 1',
    'not ended 0',
    'all 12',
    'Region Revenue',
    'East 50.00',
    'West 20.01',
    'all 70.01',
    'Category Revenue',
    'Art 70.01',
    'all 70.01',
  ])
})
