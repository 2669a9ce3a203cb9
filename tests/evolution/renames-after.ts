import {
  Aggregate,
  Apply,
  Command,
  Event,
  Field,
  Handle,
  Id,
  Message,
  On,
  OnReply,
  Projection,
  Saga,
  type SagaReply,
  StartsOn,
  Step,
  t,
  Value,
  type View,
} from 'ottla'
import { ParcelSent } from './renames-before.js'

/** The shop of renames-before.ts with better names for everything: events, commands, a value, an enum and their fields. */

@Value('shop.Customer', { aliases: ['shop.Person'] })
class Customer extends Message<Customer> {
  @Field(t.renamed(t.string, 'name')) fullName!: string
}

@Event('shop.OrderPlaced', { aliases: ['shop.OrderMade'] })
export class OrderPlaced extends Message<OrderPlaced> {
  @Field(t.renamed(t.string, 'order')) orderId!: string
  @Field(t.renamed(Customer, 'buyer')) customer!: Customer
  @Field(t.enum('shop.ParcelSize', ['small', 'large'], { aliases: ['shop.Size'] })) size!: 'small' | 'large'
}

@Command('shop.PlaceOrder', { aliases: ['shop.MakeOrder'] })
export class PlaceOrder extends Message<PlaceOrder> {
  @Id(t.renamed(t.string, 'order')) orderId!: string
  @Field(t.renamed(t.string, 'buyer')) customer!: string
}

@Command('shop.SendParcel', { aliases: ['shop.Ship'] })
class SendParcel extends Message<SendParcel> {
  @Id(t.renamed(t.string, 'parcel')) parcelId!: string
  @Field() to!: string
}

@Aggregate('order', { stateVersion: 2 })
export class Order {
  customer = ''
  @Handle(PlaceOrder) place({ orderId, customer }: PlaceOrder) {
    return new OrderPlaced({ orderId, customer: new Customer({ fullName: customer }), size: 'small' })
  }
  @Apply(OrderPlaced) placed({ customer }: OrderPlaced) {
    this.customer = customer.fullName
  }
}

@Aggregate('parcel')
class Parcel {
  to = ''
  @Handle(SendParcel) send({ to }: SendParcel) {
    return new ParcelSent({ to })
  }
  @Apply(ParcelSent) sent({ to }: ParcelSent) {
    this.to = to
  }
}

@Projection('orders', { version: 2, schema: 'create table orders (id text primary key, customer text, size text)' })
export class Orders {
  @On(OrderPlaced) placed({ orderId, customer, size }: OrderPlaced, view: View) {
    view.insert('orders', { id: orderId, customer: customer.fullName, size })
  }
}

@Saga('shipping', { stateVersion: 2 })
export class Shipping {
  orderId = ''
  customer = ''
  parcel = ''
  @StartsOn(OrderPlaced) start({ orderId, customer }: OrderPlaced) {
    this.orderId = orderId
    this.customer = customer.fullName
  }
  @Step() ship() {
    return new SendParcel({ parcelId: this.orderId, to: this.customer })
  }
  @OnReply('ship') shipped({ command }: SagaReply<SendParcel>) {
    this.parcel = command.parcelId
  }
}

export const after = [Order, Parcel, Orders, Shipping]
