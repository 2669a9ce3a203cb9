import { On, Projection, type View } from 'ottla'
import { StockReceived, StockReleased, StockReserved } from '../domain/stock/stock-events.js'

/** How many pieces of each product there were at first, are set aside and are free. */
@Projection('stock', {
  schema: 'create table stock (product_id text primary key, initial integer not null, reserved integer not null, available integer not null)',
})
export class Stock {
  @On(StockReceived) received({ productId, quantity }: StockReceived, view: View) {
    view.insert('stock', { product_id: productId, initial: quantity, reserved: 0, available: quantity })
  }

  @On(StockReserved) reserved({ productId, quantity }: StockReserved, view: View) {
    setAside(view, productId, quantity)
  }

  @On(StockReleased) released({ productId, quantity }: StockReleased, view: View) {
    setAside(view, productId, -quantity)
  }
}

function setAside(view: View, productId: string, quantity: number): void {
  view.run('update stock set reserved = reserved + ?, available = available - ? where product_id = ?', quantity, quantity, productId)
}
