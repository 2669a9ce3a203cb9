import { event, t, value } from '@ottla/core'

// The events of examples/order-saga, whose classes that package keeps to itself.
const Line = value('shop.OrderLine', { productId: t.string, quantity: t.int, amount: t.decimal(14, 4) })
const order = { orderId: t.string, region: t.string, shipMode: t.string, lines: t.array(Line), total: t.decimal(14, 4) }
export const OrderPlaced = event('shop.OrderPlaced', order)
const OrderConfirmed = event('shop.OrderConfirmed', { orderId: t.string, region: t.string, lines: t.array(Line), total: t.decimal(14, 4) })
const OrderCancelled = event('shop.OrderCancelled', { orderId: t.string, reason: t.string })
const PaymentCharged = event('shop.PaymentCharged', { orderId: t.string, amount: t.decimal(14, 4) })
const PaymentRefunded = event('shop.PaymentRefunded', { orderId: t.string, amount: t.decimal(14, 4) })
const StockReceived = event('shop.StockReceived', { productId: t.string, quantity: t.int })
const StockReserved = event('shop.StockReserved', { productId: t.string, orderId: t.string, quantity: t.int })
const StockReleased = event('shop.StockReleased', { productId: t.string, orderId: t.string, quantity: t.int })
const ShipmentBooked = event('shop.ShipmentBooked', { orderId: t.string, shipMode: t.string, quantity: t.int })

/** An older OrderPlaced: a field that is gone by now, and none of the optional ones that have come. */
export const OlderOrderPlaced = event('shop.OrderPlaced', { clerk: t.string, ...order })
export const NewerOrderPlaced = event('shop.OrderPlaced', { ...order, note: t.optional(t.string), currency: t.withDefault(t.string, 'EUR') })

/** What the sample has none of: whole numbers of 64 bits and times. */
export const PointsEarned = event('shop.PointsEarned', { orderId: t.string, points: t.long, balance: t.long, at: t.timestamp })

const [orderId, region, shipMode, productId] = ['CA-2016-152156', 'South', 'Second Class', 'FUR-BO-10001798']
const lines = [new Line({ productId, quantity: 2, amount: '261.96' }), new Line({ productId: 'FUR-CH-10000454', quantity: 3, amount: '731.94' })]

export const placed = new OrderPlaced({ orderId, region, shipMode, lines, total: '993.9' })
export const olderPlaced = new OlderOrderPlaced({ ...placed, clerk: 'Claire Gute' })
export const earned = new PointsEarned({ orderId, points: 993n, balance: 9_007_199_254_740_993n, at: new Date(1_478_563_200_000) })

/** One of each kind of event. */
export const events: readonly object[] = [
  placed,
  new OrderConfirmed({ orderId, region, lines, total: '993.9' }),
  new OrderCancelled({ orderId, reason: 'out-of-stock' }),
  new PaymentCharged({ orderId, amount: '993.9' }),
  new PaymentRefunded({ orderId, amount: '993.9' }),
  new StockReceived({ productId, quantity: 40 }),
  new StockReserved({ productId, orderId, quantity: 2 }),
  new StockReleased({ productId, orderId, quantity: 2 }),
  new ShipmentBooked({ orderId, shipMode, quantity: 5 }),
]
