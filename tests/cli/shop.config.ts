import { Aggregate, Apply, Command, defineConfig, Event, embedded, Field, Handle, Id, Message, On, Projection, reject, t, type View } from 'ottla'

@Command('shop.PlaceOrder')
export class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
  @Field(t.decimal(14, 4)) total!: string
  @Field(t.long) points!: bigint
  @Field() wantedBy!: Date
  @Field(t.bytes) seal!: Uint8Array
  @Field(t.optional(t.string)) note?: string
}

@Command('shop.CancelOrder')
export class CancelOrder extends Message<CancelOrder> {
  @Id() orderId!: string
}

@Event('shop.OrderPlaced')
export class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field(t.decimal(14, 4)) total!: string
  @Field(t.long) points!: bigint
  @Field() wantedBy!: Date
  @Field(t.bytes) seal!: Uint8Array
  @Field(t.optional(t.string)) note?: string
}

@Event('shop.OrderCancelled')
export class OrderCancelled extends Message<OrderCancelled> {
  @Field() orderId!: string
}

@Aggregate('order')
export class Order {
  status: 'none' | 'placed' | 'cancelled' = 'none'

  @Handle(PlaceOrder) place(command: PlaceOrder) {
    if (this.status !== 'none') throw reject('order-exists')
    return new OrderPlaced({ ...command })
  }

  @Handle(CancelOrder) cancel({ orderId }: CancelOrder) {
    if (this.status !== 'placed') throw reject('not-placed')
    return new OrderCancelled({ orderId })
  }

  @Apply(OrderPlaced) placed() {
    this.status = 'placed'
  }

  @Apply(OrderCancelled) cancelled() {
    this.status = 'cancelled'
  }
}

@Projection('orders', { schema: 'create table orders (order_id text primary key, status text not null, total text not null)' })
export class Orders {
  @On(OrderPlaced) placed({ orderId, total }: OrderPlaced, view: View) {
    view.insert('orders', { order_id: orderId, status: 'placed', total })
  }

  @On(OrderCancelled) cancelled({ orderId }: OrderCancelled, view: View) {
    view.update('orders', orderId, { status: 'cancelled' })
  }
}

/** A view that is degraded as soon as an order has the note `torn`. */
@Projection('notes', { schema: 'create table notes (order_id text primary key, note text not null)' })
export class Notes {
  @On(OrderPlaced) placed({ orderId, note }: OrderPlaced, view: View) {
    if (note === 'torn') throw new Error('the note is torn')
    if (note) view.insert('notes', { order_id: orderId, note })
  }
}

export default defineConfig({ name: 'shop', modules: [Order, Orders, Notes], log: embedded('shop-data') })
