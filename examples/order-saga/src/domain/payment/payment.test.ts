import { given } from '@ottla/testing'
import { test } from 'vitest'
import { Payment } from './payment.js'
import { ChargePayment, RefundPayment } from './payment-commands.js'
import { PaymentCharged, PaymentRefunded } from './payment-events.js'

const orderId = 'o-1'
const charge = (amount: string) => new ChargePayment({ orderId, amount })
const charged = (amount: string) => new PaymentCharged({ orderId, amount })
const refund = new RefundPayment({ orderId })
const refunded = new PaymentRefunded({ orderId, amount: '99.5' })

test('a card is charged up to its limit', () => {
  given(Payment)
    .when(charge('2500'))
    .then([charged('2500')])
})

test('a card is declined above its limit, be it by the smallest amount', () => {
  given(Payment).when(charge('2500.0001')).thenRejected('card')
})

test('an order is charged once', () => {
  given(Payment, [charged('99.5')])
    .when(charge('99.5'))
    .thenRejected('payment-exists', { status: 'charged' })
})

test('what was charged is refunded, once', () => {
  given(Payment, [charged('99.5')])
    .when(refund)
    .then([refunded])
  given(Payment, [charged('99.5'), refunded])
    .when(refund)
    .thenNothing()
})

test('a refund with nothing charged is accepted', () => {
  given(Payment).when(refund).thenNothing()
})
