import { Command, Field, Id, Message, t } from 'ottla'
import { OrderLine } from './order-line.js'

/** A customer orders. */
@Command('shop.PlaceOrder')
export class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
  @Field() region!: string
  @Field() shipMode!: string
  @Field(t.array(OrderLine)) lines!: OrderLine[]
}

/** Everything that the order needs was done. */
@Command('shop.ConfirmOrder')
export class ConfirmOrder extends Message<ConfirmOrder> {
  @Id() orderId!: string
}

/** Something that the order needs was refused. */
@Command('shop.CancelOrder')
export class CancelOrder extends Message<CancelOrder> {
  @Id() orderId!: string
  @Field() reason!: string
}
