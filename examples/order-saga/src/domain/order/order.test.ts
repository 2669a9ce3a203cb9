import { given } from '@ottla/testing'
import { test } from 'vitest'
import { Order } from './order.js'
import { CancelOrder, ConfirmOrder, PlaceOrder } from './order-commands.js'
import { OrderCancelled, OrderConfirmed, OrderPlaced } from './order-events.js'
import { OrderLine } from './order-line.js'

const line = (productId: string, amount: string) => new OrderLine({ productId, category: 'Paper', quantity: 1, amount })
const lines = [line('p-1', '0.1'), line('p-2', '0.2')]
const place = new PlaceOrder({ orderId: 'o-1', region: 'West', shipMode: 'Same Day', lines })
const placed = new OrderPlaced({ orderId: 'o-1', region: 'West', shipMode: 'Same Day', lines, total: '0.3' })
const confirmed = new OrderConfirmed({ orderId: 'o-1', region: 'West', lines, total: '0.3' })
const cancelled = new OrderCancelled({ orderId: 'o-1', reason: 'card' })

test('an order is placed with the exact total of its lines', () => {
  given(Order).when(place).then([placed])
})

test('an order is placed once', () => {
  given(Order, [placed]).when(place).thenRejected('order-exists')
})

test('an order has lines, each of another product', () => {
  given(Order)
    .when(new PlaceOrder({ ...place, lines: [] }))
    .thenRejected('order-empty')
  given(Order)
    .when(new PlaceOrder({ ...place, lines: [line('p-1', '1'), line('p-1', '1')] }))
    .thenRejected('order-names-product-twice')
})

test('a confirmed order says what was sold where', () => {
  given(Order, [placed])
    .when(new ConfirmOrder({ orderId: 'o-1' }))
    .then([confirmed])
})

test('a cancelled order says why', () => {
  given(Order, [placed])
    .when(new CancelOrder({ orderId: 'o-1', reason: 'card' }))
    .then([cancelled])
})

test('an order has one end', () => {
  for (const history of [[], [placed, confirmed], [placed, cancelled]]) {
    given(Order, history)
      .when(new ConfirmOrder({ orderId: 'o-1' }))
      .thenRejected('order-not-open')
    given(Order, history)
      .when(new CancelOrder({ orderId: 'o-1', reason: 'stock' }))
      .thenRejected('order-not-open')
  }
})
