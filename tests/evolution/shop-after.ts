import {
  Aggregate,
  Apply,
  Completed,
  Event,
  Field,
  Handle,
  Message,
  On,
  Projection,
  type ProjectionContext,
  reject,
  Saga,
  StartsOn,
  Step,
  t,
  Upcast,
  type View,
} from 'ottla'
import { LookAtOrder, OrderLookedAt, OrderMade, Parcel, PlaceOrder, SendParcel } from './shop-before.js'

/** The shop after two changes that Avro cannot make: the customer is split into names, money is exact, and what was one event is two. */

@Event('shop.OrderPlaced')
export class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field() firstName!: string
  @Field() lastName!: string
  @Field() amount!: number
}

@Event('shop.OrderOpened')
export class OrderOpened extends Message<OrderOpened> {
  @Field() orderId!: string
  @Field(t.decimal(12, 2)) total!: string
}

@Event('shop.CustomerNamed')
export class CustomerNamed extends Message<CustomerNamed> {
  @Field() orderId!: string
  @Field() firstName!: string
  @Field() lastName!: string
}

// biome-ignore lint/complexity/noStaticOnlyClass: a place for upcasters that belong to no other class
class OrderHistory {
  @Upcast(OrderMade, OrderPlaced)
  static made({ orderId, customer, amount }: OrderMade) {
    const [firstName, lastName, ...more] = customer.split(' ')
    if (!firstName || !lastName || more.length > 0) throw new Error(`'${customer}' is no name`)
    return new OrderPlaced({ orderId, firstName, lastName, amount })
  }
}

@Aggregate('order', { stateVersion: 2 })
export class Order {
  seen: string[] = []
  versions: number[] = []

  @Upcast(OrderPlaced, [OrderOpened, CustomerNamed])
  static placed({ orderId, firstName, lastName, amount }: OrderPlaced) {
    return [new OrderOpened({ orderId, total: amount.toFixed(2) }), new CustomerNamed({ orderId, firstName, lastName })]
  }

  @Upcast(OrderLookedAt, [])
  static lookedAt(_: OrderLookedAt) {
    return []
  }

  @Handle(PlaceOrder) place({ orderId, customer, amount }: PlaceOrder) {
    if (this.seen.length > 0) throw reject('exists')
    const [firstName = '', lastName = ''] = customer.split(' ')
    return [new OrderOpened({ orderId, total: amount.toFixed(2) }), new CustomerNamed({ orderId, firstName, lastName })]
  }
  @Handle(LookAtOrder) look(_: LookAtOrder) {}

  @Apply(OrderOpened) opened({ total }: OrderOpened, { version }: { version: number }) {
    this.seen.push(total)
    this.versions.push(version)
  }
  @Apply(CustomerNamed) named({ lastName }: CustomerNamed, { version }: { version: number }) {
    this.seen.push(lastName)
    this.versions.push(version)
  }
}

const schema = `create table orders (id text primary key, total text, last_name text);
  create table calls (id integer primary key, event text, version integer, offset integer)`

/** Notes each call of a handler: which event, with the version and place of which stored one. */
@Projection('orders', { version: 2, schema })
export class Orders {
  @On(OrderOpened) opened({ orderId, total }: OrderOpened, view: View, context: ProjectionContext) {
    view.insert('orders', { id: orderId, total })
    note(view, 'opened', context)
  }
  @On(CustomerNamed) named({ orderId, lastName }: CustomerNamed, view: View, context: ProjectionContext) {
    view.update('orders', orderId, { last_name: lastName })
    note(view, 'named', context)
  }
}

function note(view: View, event: string, { version, offset }: ProjectionContext): void {
  view.insert('calls', { event, version, offset })
}

@Saga('ship', { stateVersion: 2 })
export class Ship {
  orderId = ''
  name = ''
  @StartsOn(CustomerNamed) start({ orderId, lastName }: CustomerNamed) {
    this.orderId = orderId
    this.name = lastName
  }
  @Step() send() {
    return new SendParcel({ parcelId: this.orderId, address: this.name })
  }
  @Completed() nothing() {}
}

/** Without the upcaster of OrderMade. */
export const withoutMade = [Order, Parcel, Orders, Ship]

export const after = [OrderHistory, ...withoutMade]
