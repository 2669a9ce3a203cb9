import { given } from '@ottla/testing'
import { test } from 'vitest'
import { ReceiveStock, ReleaseStock, ReserveStock } from './stock-commands.js'
import { StockReceived, StockReleased, StockReserved } from './stock-events.js'
import { StockItem } from './stock-item.js'

const productId = 'p-1'
const received = new StockReceived({ productId, quantity: 5 })
const reserve = (orderId: string, quantity: number) => new ReserveStock({ productId, orderId, quantity })
const reserved = (orderId: string, quantity: number) => new StockReserved({ productId, orderId, quantity })
const release = (orderId: string) => new ReleaseStock({ productId, orderId })
const released = (orderId: string, quantity: number) => new StockReleased({ productId, orderId, quantity })

test('stock is received once', () => {
  given(StockItem)
    .when(new ReceiveStock({ productId, quantity: 5 }))
    .then([received])
  given(StockItem, [received])
    .when(new ReceiveStock({ productId, quantity: 5 }))
    .thenRejected('stock-received-before')
})

test('what is there can be reserved, to the last piece', () => {
  given(StockItem, [received, reserved('o-1', 3)])
    .when(reserve('o-2', 2))
    .then([reserved('o-2', 2)])
})

test('what is not there cannot be reserved', () => {
  given(StockItem, [received, reserved('o-1', 3)])
    .when(reserve('o-2', 3))
    .thenRejected('stock', { available: 2 })
  given(StockItem).when(reserve('o-1', 1)).thenRejected('stock')
})

test('an order reserves once', () => {
  given(StockItem, [received, reserved('o-1', 3)])
    .when(reserve('o-1', 3))
    .thenNothing()
})

test('a release gives back what that order had reserved', () => {
  const history = [received, reserved('o-1', 3), reserved('o-2', 2)]
  given(StockItem, history)
    .when(release('o-1'))
    .then([released('o-1', 3)])
  given(StockItem, [...history, released('o-1', 3)])
    .when(reserve('o-3', 3))
    .then([reserved('o-3', 3)])
})

test('a release with nothing to give back is accepted', () => {
  given(StockItem, [received]).when(release('o-1')).thenNothing()
  given(StockItem, [received, reserved('o-1', 3), released('o-1', 3)])
    .when(release('o-1'))
    .thenNothing()
})
