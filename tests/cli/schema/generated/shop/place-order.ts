// Made by ottla schema types from avsc/shop.avsc: changes are lost when it is made anew.
import { Command, Field, Id, Message, t } from 'ottla'
import { OrderLine } from './order-line.js'

@Command('shop.PlaceOrder')
export class PlaceOrder extends Message<PlaceOrder> {
  @Id(t.uuid) orderId!: string
  @Field(t.array(OrderLine)) lines!: OrderLine[]
}
