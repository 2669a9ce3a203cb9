import { Event, Field, Message, t, Upcasters, upcast } from '@ottla/core'
import { expect, it } from 'vitest'
import { findSaga } from '../definition/saga-decorators.js'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { SagaStarted } from '../events/saga-events.js'
import { FulfilOrder, Line, OrderPlaced, orderPlaced, shopCommands } from '../order-saga.fixture.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'
import { sagaReason } from './saga-state.js'

@Event('shop.OrderMade')
class OrderMade extends Message<OrderMade> {
  @Field(t.string) orderId!: string
  @Field(t.string) product!: string
}

@Event('shop.CartEmptied')
class CartEmptied extends Message<CartEmptied> {
  @Field(t.string) orderId!: string
}

const codec = await codecFor([OrderMade, OrderPlaced], shopCommands)
const definition = findSaga(FulfilOrder) as SagaDefinition
const placed = ({ orderId, product }: OrderMade) => new OrderPlaced({ orderId, lines: [new Line({ productId: product, quantity: 1 })], total: '1' })
const runWith = (...upcasters: ConstructorParameters<typeof Upcasters>) => new SagaRun(definition, codec, shopCommands, 'o1', new Upcasters(...upcasters))
const made = new OrderMade({ orderId: 'o1', product: 'p7' })

it('A saga that an older node starts with an older event sees what upcasters make of it, and keeps the stored one', () => {
  const run = runWith([upcast(OrderMade, OrderPlaced, placed)]).start(made)
  expect(run.takeSent()).toEqual(['fulfil-order/o1/reserve/0'])
  expect(run.state.data).toMatchObject({ lines: [{ productId: 'p7' }] })
  expect((run.events[0] as SagaStarted).eventType).toBe('shop.OrderMade')
})

it('A saga takes of a split event the one that starts it', () => {
  const run = runWith([upcast(OrderMade, [CartEmptied, OrderPlaced], old => [new CartEmptied({ orderId: old.orderId }), placed(old)])]).start(made)
  expect(run.state.data).toMatchObject({ lines: [{ productId: 'p7' }] })
})

it('A saga does not begin with an event that upcasters drop', () => {
  const run = runWith([upcast(OrderMade, OrderPlaced, () => [])]).start(made)
  expect([run.events, run.status]).toEqual([[], undefined])
  expect(run.start(orderPlaced(['p1'])).status).toBe('running')
})

it('A saga whose starting event cannot be upcast is parked with the reason, and keeps the event', () => {
  const run = runWith([upcast(OrderMade, OrderPlaced, () => JSON.parse('?'))]).start(made)
  expect(run.status).toBe('parked')
  expect(sagaReason(run.state)?.code).toBe('UPCAST_FAILED')
  expect(run.events[0]).toBeInstanceOf(SagaStarted)
})
