import { Field, Message, t, Value } from 'ottla'

/** What an order takes of one product. */
@Value('shop.OrderLine')
export class OrderLine extends Message<OrderLine> {
  @Field() productId!: string
  @Field() category!: string
  @Field(t.int) quantity!: number
  @Field(t.decimal(14, 4)) amount!: string
}
