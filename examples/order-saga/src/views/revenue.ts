import { On, Projection, type View } from 'ottla'
import { sum } from '../domain/money.js'
import { OrderConfirmed } from '../domain/order/order-events.js'

/** What confirmed orders brought. Orders of many shards add to one row: sums may, for they come out the same in any order. */
@Projection('revenue', {
  schema: `
    create table revenue_by_region (region text primary key, amount text not null);
    create table revenue_by_category (category text primary key, amount text not null)`,
})
export class Revenue {
  @On(OrderConfirmed) confirmed({ region, total, lines }: OrderConfirmed, view: View) {
    add(view, 'region', region, total)
    for (const { category, amount } of lines) add(view, 'category', category, amount)
  }
}

/** Adds exactly: SQLite's own arithmetic on text would be floating point. */
function add(view: View, by: 'region' | 'category', name: string, amount: string): void {
  const before = view.get<{ amount: string }>(`select amount from revenue_by_${by} where ${by} = ?`, name)
  view.upsert(`revenue_by_${by}`, { [by]: name, amount: sum([before?.amount ?? '0', amount]) })
}
