import { Event, Field, Message, t } from 'ottla'

@Event('shop.StockReceived')
export class StockReceived extends Message<StockReceived> {
  @Field() productId!: string
  @Field(t.int) quantity!: number
}

@Event('shop.StockReserved')
export class StockReserved extends Message<StockReserved> {
  @Field() productId!: string
  @Field() orderId!: string
  @Field(t.int) quantity!: number
}

@Event('shop.StockReleased')
export class StockReleased extends Message<StockReleased> {
  @Field() productId!: string
  @Field() orderId!: string
  @Field(t.int) quantity!: number
}
