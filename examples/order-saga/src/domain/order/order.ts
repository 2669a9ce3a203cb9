import { Aggregate, Apply, Handle, reject } from 'ottla'
import { sum } from '../money.js'
import { CancelOrder, ConfirmOrder, PlaceOrder } from './order-commands.js'
import { OrderCancelled, OrderConfirmed, OrderPlaced } from './order-events.js'
import type { OrderLine } from './order-line.js'

/** An order is placed once, and then confirmed or cancelled once. */
@Aggregate('order')
export class Order {
  status: 'none' | 'placed' | 'confirmed' | 'cancelled' = 'none'
  region = ''
  lines: OrderLine[] = []
  total = '0'

  @Handle(PlaceOrder) place(command: PlaceOrder) {
    if (this.status !== 'none') throw reject('order-exists')
    if (command.lines.length === 0) throw reject('order-empty')
    if (new Set(command.lines.map(line => line.productId)).size < command.lines.length) throw reject('order-names-product-twice')
    return new OrderPlaced({ ...command, total: sum(command.lines.map(line => line.amount)) })
  }

  @Handle(ConfirmOrder) confirm({ orderId }: ConfirmOrder) {
    if (this.status !== 'placed') throw reject('order-not-open', { status: this.status })
    return new OrderConfirmed({ orderId, region: this.region, lines: this.lines, total: this.total })
  }

  @Handle(CancelOrder) cancel(command: CancelOrder) {
    if (this.status !== 'placed') throw reject('order-not-open', { status: this.status })
    return new OrderCancelled({ ...command })
  }

  @Apply(OrderPlaced) placed({ region, lines, total }: OrderPlaced) {
    this.status = 'placed'
    this.region = region
    this.lines = lines
    this.total = total
  }

  @Apply(OrderConfirmed) confirmed() {
    this.status = 'confirmed'
  }

  @Apply(OrderCancelled) cancelled() {
    this.status = 'cancelled'
  }
}
