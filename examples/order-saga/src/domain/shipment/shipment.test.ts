import { given } from '@ottla/testing'
import { test } from 'vitest'
import { Shipment } from './shipment.js'
import { BookShipment } from './shipment-commands.js'
import { ShipmentBooked } from './shipment-events.js'

const book = (shipMode: string, quantity: number) => new BookShipment({ orderId: 'o-1', shipMode, quantity })
const booked = (shipMode: string, quantity: number) => new ShipmentBooked({ orderId: 'o-1', shipMode, quantity })

test('the carrier takes ten pieces on the same day', () => {
  given(Shipment)
    .when(book('Same Day', 10))
    .then([booked('Same Day', 10)])
})

test('the carrier refuses more on the same day', () => {
  given(Shipment).when(book('Same Day', 11)).thenRejected('carrier')
})

test('the carrier takes any number on other days', () => {
  given(Shipment)
    .when(book('First Class', 11))
    .then([booked('First Class', 11)])
})

test('a shipment is booked once', () => {
  given(Shipment, [booked('First Class', 1)])
    .when(book('First Class', 1))
    .thenRejected('shipment-exists')
})
