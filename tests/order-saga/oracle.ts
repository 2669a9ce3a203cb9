import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

/** What `--json` must print, but for `seconds`. */
export interface ExpectedReport {
  readonly orders: number
  readonly confirmed: number
  readonly cancelled: { readonly stock: number; readonly card: number; readonly carrier: number }
  readonly revenue: string
  readonly revenueByRegion: Record<string, string>
  readonly revenueByCategory: Record<string, string>
  readonly commands: number
  readonly events: number
  readonly compensations: number
  readonly stuck: number
}

/** The rows that the views must hold, each list in the order of its key. Amounts are exact. */
export interface ExpectedViews {
  readonly orders: readonly { order_id: string; status: string; reason: string | null; total: string }[]
  readonly payments: readonly { order_id: string; status: string; amount: string }[]
  readonly stock: readonly { product_id: string; initial: number; reserved: number; available: number }[]
}

export interface Expected {
  readonly report: ExpectedReport
  readonly views: ExpectedViews
}

interface Line {
  readonly productId: string
  readonly category: string
  readonly quantity: number
  /** In ten-thousandths. */
  readonly sales: bigint
}

interface Order {
  readonly id: string
  readonly region: string
  readonly shipMode: string
  readonly lines: Line[]
}

/**
 * What the order saga has to end with, computed from the file of orders by the rules alone: no code of Ottla or of the
 * example, and money as whole ten-thousandths.
 */
export function expectedOf(file: string, limit = Number.POSITIVE_INFINITY): Expected {
  const orders = read(file)
  const initial = initialStock(orders)
  const reserved = new Map<string, number>()
  const tally = { commands: initial.size, events: initial.size, compensations: 0, confirmed: 0, stock: 0, card: 0, carrier: 0 }
  const byRegion = new Map<string, bigint>()
  const byCategory = new Map<string, bigint>()
  const views = { orders: [] as ExpectedViews['orders'][number][], payments: [] as ExpectedViews['payments'][number][] }
  let revenue = 0n

  for (const order of orders.slice(0, limit)) {
    const total = order.lines.reduce((amount, line) => amount + line.sales, 0n)
    const products = new Set(order.lines.map(line => line.productId))
    const available = [...products].filter(product => initial.get(product) !== 0).length
    const reason = reasonOf(order, total, available < products.size)
    const charged = reason !== 'stock' && reason !== 'card'
    // Placed, one reservation a product, charged unless stock was short, shipped unless the card was declined, and closed.
    tally.commands += 1 + products.size + (reason === 'stock' ? 0 : 1) + (charged ? 1 : 0) + 1
    tally.events += 1 + available + (charged ? 1 : 0) + (reason === undefined ? 1 : 0) + 1
    if (charged) views.payments.push({ order_id: order.id, status: reason ? 'refunded' : 'charged', amount: exact(total) })
    views.orders.push({ order_id: order.id, status: reason ? 'cancelled' : 'confirmed', reason: reason ?? null, total: exact(total) })
    if (reason) {
      const undone = available + (charged ? 1 : 0)
      tally[reason] += 1
      tally.commands += undone
      tally.events += undone
      tally.compensations += undone
      continue
    }
    tally.confirmed += 1
    revenue += total
    byRegion.set(order.region, (byRegion.get(order.region) ?? 0n) + total)
    for (const line of order.lines) {
      byCategory.set(line.category, (byCategory.get(line.category) ?? 0n) + line.sales)
      reserved.set(line.productId, (reserved.get(line.productId) ?? 0) + line.quantity)
    }
  }

  return {
    report: {
      orders: views.orders.length,
      confirmed: tally.confirmed,
      cancelled: { stock: tally.stock, card: tally.card, carrier: tally.carrier },
      revenue: rounded(revenue),
      revenueByRegion: roundedEach(byRegion),
      revenueByCategory: roundedEach(byCategory),
      commands: tally.commands,
      events: tally.events,
      compensations: tally.compensations,
      stuck: 0,
    },
    views: {
      orders: views.orders.sort((a, b) => byBytes(a.order_id, b.order_id)),
      payments: views.payments.sort((a, b) => byBytes(a.order_id, b.order_id)),
      stock: [...initial].map(([product_id, pieces]) => ({
        product_id,
        initial: pieces,
        reserved: reserved.get(product_id) ?? 0,
        available: pieces - (reserved.get(product_id) ?? 0),
      })),
    },
  }
}

function read(file: string): Order[] {
  const orders = new Map<string, Order>()
  for (const row of parse(readFileSync(file, 'utf8'), { columns: true }) as Record<string, string>[]) {
    const id = row['Order ID'] as string
    const order = orders.get(id) ?? { id, region: row.Region as string, shipMode: row['Ship Mode'] as string, lines: [] }
    orders.set(id, order)
    order.lines.push({
      productId: row['Product ID'] as string,
      category: row.Category as string,
      quantity: Number(row.Quantity),
      sales: tenThousandths(row.Sales as string),
    })
  }
  return [...orders.values()]
}

/** All pieces that the file asks for, none of every 20th product in the byte order of ids. */
function initialStock(orders: readonly Order[]): Map<string, number> {
  const wanted = new Map<string, number>()
  for (const { productId, quantity } of orders.flatMap(order => order.lines)) wanted.set(productId, (wanted.get(productId) ?? 0) + quantity)
  const ids = [...wanted.keys()].sort(byBytes)
  return new Map(ids.map((id, index) => [id, index % 20 === 19 ? 0 : (wanted.get(id) as number)]))
}

function reasonOf(order: Order, total: bigint, short: boolean): 'stock' | 'card' | 'carrier' | undefined {
  if (short) return 'stock'
  if (total > 25_000_000n) return 'card'
  const pieces = order.lines.reduce((all, line) => all + line.quantity, 0)
  return order.shipMode === 'Same Day' && pieces > 10 ? 'carrier' : undefined
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

function tenThousandths(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.')
  return BigInt(whole + fraction.padEnd(4, '0'))
}

/** With as many digits behind the point as the amount has. */
function exact(amount: bigint): string {
  return `${amount / 10_000n}.${String(amount % 10_000n).padStart(4, '0')}`.replace(/\.?0+$/, '')
}

/** With two digits behind the point, rounded half up. */
function rounded(amount: bigint): string {
  const cents = (amount + 50n) / 100n
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
}

function roundedEach(amounts: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...amounts].sort(([a], [b]) => byBytes(a, b)).map(([name, amount]) => [name, rounded(amount)]))
}
