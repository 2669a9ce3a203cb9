import { On, Projection, type View } from 'ottla'
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../domain/order/order-events.js'

/** Where every order stands. */
@Projection('orders', {
  schema: 'create table orders (order_id text primary key, status text not null, reason text, total text not null)',
})
export class Orders {
  @On(OrderPlaced) placed({ orderId, total }: OrderPlaced, view: View) {
    view.insert('orders', { order_id: orderId, status: 'placed', reason: null, total })
  }

  @On(OrderConfirmed) confirmed({ orderId }: OrderConfirmed, view: View) {
    view.update('orders', orderId, { status: 'confirmed' })
  }

  @On(OrderCancelled) cancelled({ orderId, reason }: OrderCancelled, view: View) {
    view.update('orders', orderId, { status: 'cancelled', reason })
  }
}
