import { Aggregate, Apply, Command, Completed, Event, Field, Handle, Id, Message, On, Projection, reject, Saga, StartsOn, Step, type View } from 'ottla'

/** The shop as it was first released: a customer is one text, and looking at an order is an event. */

@Event('shop.OrderMade')
export class OrderMade extends Message<OrderMade> {
  @Field() orderId!: string
  @Field() customer!: string
  @Field() amount!: number
}

@Event('shop.OrderLookedAt')
export class OrderLookedAt extends Message<OrderLookedAt> {
  @Field() by!: string
}

@Command('shop.PlaceOrder')
export class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
  @Field() customer!: string
  @Field() amount!: number
}

@Command('shop.LookAtOrder')
export class LookAtOrder extends Message<LookAtOrder> {
  @Id() orderId!: string
  @Field() by!: string
}

@Event('shop.ParcelSent')
export class ParcelSent extends Message<ParcelSent> {
  @Field() address!: string
}

@Command('shop.SendParcel')
export class SendParcel extends Message<SendParcel> {
  @Id() parcelId!: string
  @Field() address!: string
}

@Aggregate('parcel')
export class Parcel {
  address = ''
  @Handle(SendParcel) send({ address }: SendParcel) {
    return new ParcelSent({ address })
  }
  @Apply(ParcelSent) sent({ address }: ParcelSent) {
    this.address = address
  }
}

@Aggregate('order')
class Order {
  customer = ''
  amount = 0

  @Handle(PlaceOrder) place({ orderId, customer, amount }: PlaceOrder) {
    if (this.customer) throw reject('exists')
    return new OrderMade({ orderId, customer, amount })
  }
  @Handle(LookAtOrder) look({ by }: LookAtOrder) {
    return new OrderLookedAt({ by })
  }
  @Apply(OrderMade) made({ customer, amount }: OrderMade) {
    this.customer = customer
    this.amount = amount
  }
  @Apply(OrderLookedAt) lookedAt() {}
}

@Projection('orders', { schema: 'create table orders (id text primary key, customer text, amount real)' })
class Orders {
  @On(OrderMade) made({ orderId, customer, amount }: OrderMade, view: View) {
    view.insert('orders', { id: orderId, customer, amount })
  }
}

@Saga('ship')
class Ship {
  customer = ''
  orderId = ''
  @StartsOn(OrderMade) start({ orderId, customer }: OrderMade) {
    this.orderId = orderId
    this.customer = customer
  }
  @Step() send() {
    return new SendParcel({ parcelId: this.orderId, address: this.customer })
  }
  @Completed() nothing() {}
}

export const before = [Order, Parcel, Orders, Ship]
