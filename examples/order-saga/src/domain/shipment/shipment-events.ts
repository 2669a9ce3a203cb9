import { Event, Field, Message, t } from 'ottla'

@Event('shop.ShipmentBooked')
export class ShipmentBooked extends Message<ShipmentBooked> {
  @Field() orderId!: string
  @Field() shipMode!: string
  @Field(t.int) quantity!: number
}
