import type { App, ViewReader } from 'ottla'
import { shown, sum } from '../domain/money.js'
import { caughtUp } from '../views/caught-up.js'
import { OrderSteps } from '../views/order-steps.js'
import { Orders } from '../views/orders.js'
import { Revenue } from '../views/revenue.js'
import { countLog } from './log-count.js'

/** What came of all orders in the data folder. Money is text with two digits behind the point. */
export interface Report {
  readonly orders: number
  readonly confirmed: number
  readonly cancelled: { readonly stock: number; readonly card: number; readonly carrier: number }
  readonly revenue: string
  readonly revenueByRegion: Readonly<Record<string, string>>
  readonly revenueByCategory: Readonly<Record<string, string>>
  readonly commands: number
  readonly events: number
  readonly compensations: number
  readonly seconds: number
  /** Orders whose saga has neither completed nor been compensated. */
  readonly stuck: number
}

/** Reports from the views, once they have caught up with the log, and from the log itself. `began` is when this run began, by performance.now(). */
export async function reportOf(app: App, began: number): Promise<Report> {
  const { positions, commands, events, compensations } = await countLog(app)
  const orders = await caughtUp(app, Orders, positions)
  const steps = await caughtUp(app, OrderSteps, positions)
  const revenue = await caughtUp(app, Revenue, positions)
  const cancelled = (reason: string) => count(orders, "select count(*) as n from orders where status = 'cancelled' and reason = ?", reason)
  const confirmed = orders.all<{ total: string }>("select total from orders where status = 'confirmed'")
  return {
    orders: count(orders, 'select count(*) as n from orders'),
    confirmed: confirmed.length,
    cancelled: { stock: cancelled('stock'), card: cancelled('card'), carrier: cancelled('carrier') },
    revenue: shown(sum(confirmed.map(order => order.total))),
    revenueByRegion: amounts(revenue, 'select region as name, amount from revenue_by_region order by region'),
    revenueByCategory: amounts(revenue, 'select category as name, amount from revenue_by_category order by category'),
    commands,
    events,
    compensations,
    seconds: Math.round(performance.now() - began) / 1_000,
    stuck: count(steps, "select count(*) as n from fulfilments where status not in ('completed', 'compensated')"),
  }
}

function count(view: ViewReader, sql: string, ...parameters: string[]): number {
  return view.get<{ n: number }>(sql, ...parameters)?.n ?? 0
}

function amounts(view: ViewReader, sql: string): Record<string, string> {
  return Object.fromEntries(view.all<{ name: string; amount: string }>(sql).map(({ name, amount }) => [name, shown(amount)]))
}
