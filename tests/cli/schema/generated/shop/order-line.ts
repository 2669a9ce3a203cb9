// Made by ottla schema types from avsc/shop.avsc: changes are lost when it is made anew.
import { type Defaulted, Field, Message, t, Value } from 'ottla'

@Value('shop.OrderLine')
export class OrderLine extends Message<OrderLine> {
  @Field(t.string) productId!: string
  @Field(t.decimal(14, 4)) amount!: string
  @Field(t.withDefault(t.array(OrderLine), [])) bundle!: Defaulted<OrderLine[]>
}
