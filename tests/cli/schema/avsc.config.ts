import { Aggregate, Apply, defineConfig, embedded, Handle } from 'ottla'
import { EveryType } from './generated/all/types/every-type.js'
import { OrderPlaced } from './generated/shop/order-placed.js'
import { PlaceOrder } from './generated/shop/place-order.js'

/** An app whose messages come from .avsc files. */
@Aggregate('order')
class Order {
  @Handle(PlaceOrder) place({ orderId, lines }: PlaceOrder) {
    return new OrderPlaced({ orderId, lines, day: '2016-11-08', placedAt: 0n })
  }

  @Apply(OrderPlaced) placed() {}

  @Apply(EveryType) other() {}
}

export default defineConfig({ name: 'shop', modules: [Order], log: embedded('shop-data') })
