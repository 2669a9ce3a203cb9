import { Aggregate, Apply, Handle, reject } from 'ottla'
import { ReceiveStock, ReleaseStock, ReserveStock } from './stock-commands.js'
import { StockReceived, StockReleased, StockReserved } from './stock-events.js'

/** The stock of one product: what is free, and what is set aside for which order. */
@Aggregate('stock-item')
export class StockItem {
  received = false
  available = 0
  reserved = new Map<string, number>()

  @Handle(ReceiveStock) receive(command: ReceiveStock) {
    if (this.received) throw reject('stock-received-before')
    return new StockReceived({ ...command })
  }

  @Handle(ReserveStock) reserve(command: ReserveStock) {
    if (this.reserved.has(command.orderId)) return
    if (command.quantity > this.available) throw reject('stock', { available: this.available })
    return new StockReserved({ ...command })
  }

  @Handle(ReleaseStock) release({ productId, orderId }: ReleaseStock) {
    const quantity = this.reserved.get(orderId)
    if (quantity !== undefined) return new StockReleased({ productId, orderId, quantity })
  }

  @Apply(StockReceived) onReceived({ quantity }: StockReceived) {
    this.received = true
    this.available = quantity
  }

  @Apply(StockReserved) onReserved({ orderId, quantity }: StockReserved) {
    this.reserved.set(orderId, quantity)
    this.available -= quantity
  }

  @Apply(StockReleased) onReleased({ orderId, quantity }: StockReleased) {
    this.reserved.delete(orderId)
    this.available += quantity
  }
}
