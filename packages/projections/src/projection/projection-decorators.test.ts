import { Event, Field, isOttlaError, Message } from '@ottla/core'
import { expect, it } from 'vitest'
import type { View } from '../view/view.js'
import { on, projection } from './plain-projection.js'
import { findProjection, On, Projection } from './projection-decorators.js'
import type { ProjectionContext } from './projection-definition.js'

@Event('shop.OrderPlaced')
class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field() total!: string
}

@Event('shop.OrderCancelled')
class OrderCancelled extends Message<OrderCancelled> {
  @Field() orderId!: string
  @Field() reason!: string
}

const schema = 'create table orders (id text primary key, total text)'
const context = { version: 1 } as ProjectionContext
const noView = {} as View

@Projection('orders', { version: 2, schema })
class Orders {
  seen = [] as unknown[]

  @On(OrderPlaced) placed(event: OrderPlaced, view: View, { version }: ProjectionContext) {
    this.seen.push(event.orderId, view, version)
    return this.seen.length
  }

  @On(OrderCancelled) cancelled() {
    this.seen = []
  }
}

it('makes a definition of a decorated class', () => {
  const definition = findProjection(Orders)
  expect(definition).toMatchObject({ kind: 'projection', name: 'orders', version: 2, schema })
  expect(definition?.handlers.map(({ event, member }) => [event, member])).toEqual([
    [OrderPlaced, 'Orders.placed'],
    [OrderCancelled, 'Orders.cancelled'],
  ])
})

it('gives a method the event, the view and the context', () => {
  const seen: unknown[] = []
  @Projection('seen', { schema })
  class Seen {
    @On(OrderPlaced) placed(event: OrderPlaced, view: View, told: ProjectionContext) {
      seen.push(event, view, told)
    }
  }
  const event = new OrderPlaced({ orderId: 'o', total: '1' })
  findProjection(Seen)?.handlers[0]?.handle(event, noView, context)
  expect(seen).toEqual([event, noView, context])
})

it('refuses a handler that keeps something in this, which a restart would lose', () => {
  expect(() => findProjection(Orders)?.handlers[1]?.handle({}, noView, context)).toThrow(TypeError)
})

it('makes the same definition without decorators', () => {
  const plain = projection({ name: 'orders', version: 2, schema, on: [on(OrderPlaced, event => void event.total)] })
  expect(plain).toMatchObject({ kind: 'projection', name: 'orders', version: 2, schema, handlers: [{ event: OrderPlaced, member: 'orders.on(OrderPlaced)' }] })
  expect(findProjection(plain)).toBe(plain)
})

it('has version 1 where none is given', () => {
  expect(projection({ name: 'orders', schema, on: [] }).version).toBe(1)
})

it('finds no projection in anything else', () => {
  class Subclass extends Orders {}
  for (const module of [OrderPlaced, Subclass, {}, null, undefined, 'orders', () => {}]) expect(findProjection(module)).toBeUndefined()
})

it('says which method names a class that an import cycle has left undefined', () => {
  try {
    On(undefined as unknown as typeof OrderPlaced)(Orders.prototype, 'placed', {})
    expect.unreachable()
  } catch (error) {
    expect(isOttlaError(error, 'MODEL_INVALID') && error.details.member).toBe('Orders.placed')
  }
})

it('does not compile a handler with the wrong event or one that waits', () => {
  abstract class Wrong {
    // @ts-expect-error: the method takes another event
    @On(OrderPlaced) placed(_: OrderCancelled) {}
    // @ts-expect-error: a handler cannot wait
    @On(OrderPlaced) async waits(_: OrderPlaced) {}
  }
  // @ts-expect-error: the function takes another event
  on(OrderPlaced, (_: OrderCancelled) => {})
  // @ts-expect-error: a handler cannot wait
  on(OrderPlaced, async () => {})
  expect(Wrong).toBeDefined()
})
