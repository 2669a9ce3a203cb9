import { Compensate, Compensated, Completed, type Rejection, Saga, StartsOn, Step } from 'ottla'
import { CancelOrder, ConfirmOrder } from './order/order-commands.js'
import { OrderPlaced } from './order/order-events.js'
import type { OrderLine } from './order/order-line.js'
import { ChargePayment, RefundPayment } from './payment/payment-commands.js'
import { BookShipment } from './shipment/shipment-commands.js'
import { ReleaseStock, ReserveStock } from './stock/stock-commands.js'

/**
 * What happens to an order after it is placed: stock, payment and shipment, one after the other. When one is refused,
 * what was done before is undone in reverse, and the order is cancelled with the reason.
 */
@Saga('fulfil-order')
export class FulfilOrder {
  orderId = ''
  shipMode = ''
  lines: OrderLine[] = []
  total = '0'

  @StartsOn(OrderPlaced) start({ orderId, shipMode, lines, total }: OrderPlaced) {
    this.orderId = orderId
    this.shipMode = shipMode
    this.lines = lines
    this.total = total
  }

  /** All lines at once; the next step waits for all answers. */
  @Step() reserveStock() {
    return this.lines.map(({ productId, quantity }) => new ReserveStock({ productId, orderId: this.orderId, quantity }))
  }

  @Compensate('reserveStock') releaseStock({ productId, orderId }: ReserveStock) {
    return new ReleaseStock({ productId, orderId })
  }

  @Step() chargePayment() {
    return new ChargePayment({ orderId: this.orderId, amount: this.total })
  }

  @Compensate('chargePayment') refundPayment({ orderId }: ChargePayment) {
    return new RefundPayment({ orderId })
  }

  @Step() bookShipment() {
    const quantity = this.lines.reduce((pieces, line) => pieces + line.quantity, 0)
    return new BookShipment({ orderId: this.orderId, shipMode: this.shipMode, quantity })
  }

  @Completed() confirm() {
    return new ConfirmOrder({ orderId: this.orderId })
  }

  @Compensated() cancel(reason: Rejection) {
    return new CancelOrder({ orderId: this.orderId, reason: reason.code })
  }
}
