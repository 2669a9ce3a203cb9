import { Event, Field, Message, t } from 'ottla'
import { OrderLine } from './order-line.js'

@Event('shop.OrderPlaced')
export class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field() region!: string
  @Field() shipMode!: string
  @Field(t.array(OrderLine)) lines!: OrderLine[]
  @Field(t.decimal(14, 4)) total!: string
}

/** Says once more what was sold where, so that whoever counts sales need not remember every order that was placed. */
@Event('shop.OrderConfirmed')
export class OrderConfirmed extends Message<OrderConfirmed> {
  @Field() orderId!: string
  @Field() region!: string
  @Field(t.array(OrderLine)) lines!: OrderLine[]
  @Field(t.decimal(14, 4)) total!: string
}

@Event('shop.OrderCancelled')
export class OrderCancelled extends Message<OrderCancelled> {
  @Field() orderId!: string
  @Field() reason!: string
}
