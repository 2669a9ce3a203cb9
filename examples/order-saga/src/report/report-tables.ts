import Table from 'cli-table3'
import type { Report } from './report.js'

/** The report as tables for people: what became of the orders, and what was sold where and of what. */
export function reportTables(report: Report): string {
  const { orders, confirmed, cancelled, stuck } = report
  const outcomes = Object.entries({
    confirmed,
    'cancelled: stock': cancelled.stock,
    'cancelled: card': cancelled.card,
    'cancelled: carrier': cancelled.carrier,
    'not ended': stuck,
  })
  return [
    table('Outcome', 'Orders', [...outcomes, ['all', orders]]),
    table('Region', 'Revenue', [...Object.entries(report.revenueByRegion), ['all', report.revenue]]),
    table('Category', 'Revenue', [...Object.entries(report.revenueByCategory), ['all', report.revenue]]),
  ].join('\n')
}

function table(name: string, value: string, rows: readonly (readonly [string, string | number])[]): string {
  const plain = { head: [], border: [] }
  const made = new Table({ head: [name, value], colAligns: ['left', 'right'], style: process.stdout.isTTY ? { head: ['bold'] } : plain })
  made.push(...rows.map(([first, second]) => [first, second]))
  return made.toString()
}
