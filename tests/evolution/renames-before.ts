import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, On, Projection, Saga, StartsOn, Step, t, Value, type View } from 'ottla'

@Value('shop.Person')
export class Person extends Message<Person> {
  @Field() name!: string
}

@Event('shop.OrderMade')
export class OrderMade extends Message<OrderMade> {
  @Field() order!: string
  @Field(Person) buyer!: Person
  @Field(t.enum('shop.Size', ['small', 'large'])) size!: 'small' | 'large'
}

@Event('shop.ParcelSent')
export class ParcelSent extends Message<ParcelSent> {
  @Field() to!: string
}

@Command('shop.MakeOrder')
export class MakeOrder extends Message<MakeOrder> {
  @Id() order!: string
  @Field() buyer!: string
}

@Command('shop.Ship')
export class Ship extends Message<Ship> {
  @Id() parcel!: string
  @Field() to!: string
}

@Aggregate('order')
export class Order {
  buyer = ''
  @Handle(MakeOrder) make({ order, buyer }: MakeOrder) {
    return new OrderMade({ order, buyer: new Person({ name: buyer }), size: 'large' })
  }
  @Apply(OrderMade) made({ buyer }: OrderMade) {
    this.buyer = buyer.name
  }
}

@Aggregate('parcel')
export class Parcel {
  to = ''
  @Handle(Ship) ship({ to }: Ship) {
    return new ParcelSent({ to })
  }
  @Apply(ParcelSent) sent({ to }: ParcelSent) {
    this.to = to
  }
}

@Projection('orders', { schema: 'create table orders (id text primary key, buyer text, size text)' })
export class Orders {
  @On(OrderMade) made({ order, buyer, size }: OrderMade, view: View) {
    view.insert('orders', { id: order, buyer: buyer.name, size })
  }
}

@Saga('shipping')
export class Shipping {
  order = ''
  buyer = ''
  @StartsOn(OrderMade) start({ order, buyer }: OrderMade) {
    this.order = order
    this.buyer = buyer.name
  }
  @Step() ship() {
    return new Ship({ parcel: this.order, to: this.buyer })
  }
}

export const before = [Order, Parcel, Orders, Shipping]
