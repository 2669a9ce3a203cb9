import { givenSaga } from '@ottla/testing'
import { test } from 'vitest'
import { FulfilOrder } from './fulfil-order.js'
import { CancelOrder, ConfirmOrder } from './order/order-commands.js'
import { OrderPlaced } from './order/order-events.js'
import { OrderLine } from './order/order-line.js'
import { ChargePayment, RefundPayment } from './payment/payment-commands.js'
import { BookShipment } from './shipment/shipment-commands.js'
import { ReleaseStock, ReserveStock } from './stock/stock-commands.js'

const orderId = 'o-1'
const line = (productId: string, quantity: number) => new OrderLine({ productId, category: 'Paper', quantity, amount: '5' })
const placed = new OrderPlaced({ orderId, region: 'West', shipMode: 'Same Day', lines: [line('p-1', 2), line('p-2', 3)], total: '10' })

const reserve = (productId: string, quantity: number) => new ReserveStock({ productId, orderId, quantity })
const release = (productId: string) => new ReleaseStock({ productId, orderId })
const charge = new ChargePayment({ orderId, amount: '10' })
const ship = new BookShipment({ orderId, shipMode: 'Same Day', quantity: 5 })
const cancel = (reason: string) => new CancelOrder({ orderId, reason })

test('an order with stock, card and carrier is confirmed', () => {
  givenSaga(FulfilOrder)
    .started(placed)
    .thenSends([reserve('p-1', 2), reserve('p-2', 3)])
    .replied('reserveStock', 'accepted')
    .thenSends([charge])
    .replied('chargePayment', 'accepted')
    .thenSends([ship])
    .replied('bookShipment', 'accepted')
    .thenSends([new ConfirmOrder({ orderId })])
    .replied('completed', 'accepted')
    .thenCompleted()
})

test('without stock for one line, the reservation of the other is released and nothing is charged', () => {
  givenSaga(FulfilOrder)
    .started(placed)
    .replied('reserveStock', 'rejected', { code: 'stock', command: 0 })
    .thenSends([])
    .replied('reserveStock', 'accepted', { command: 1 })
    .thenSends([release('p-2')])
    .replied('reserveStock', 'accepted')
    .thenSends([cancel('stock')])
    .replied('compensated', 'accepted')
    .thenCompensated('stock')
})

test('with a declined card, all reservations are released', () => {
  givenSaga(FulfilOrder)
    .started(placed)
    .replied('reserveStock', 'accepted')
    .replied('chargePayment', 'rejected', { code: 'card' })
    .thenSends([release('p-1'), release('p-2')])
    .replied('reserveStock', 'accepted')
    .thenSends([cancel('card')])
})

test('when the carrier refuses, the payment is refunded before stock is released', () => {
  givenSaga(FulfilOrder)
    .started(placed)
    .replied('reserveStock', 'accepted')
    .replied('chargePayment', 'accepted')
    .replied('bookShipment', 'rejected', { code: 'carrier' })
    .thenSends([new RefundPayment({ orderId })])
    .replied('chargePayment', 'accepted')
    .thenSends([release('p-1'), release('p-2')])
    .replied('reserveStock', 'accepted')
    .thenSends([cancel('carrier')])
})
