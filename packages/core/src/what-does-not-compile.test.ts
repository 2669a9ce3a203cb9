import { expect, test } from 'vitest'
import { Apply, Handle } from './aggregates/aggregate-decorators.js'
import { aggregate, apply, handle } from './aggregates/plain-aggregate.js'
import { defineErrors } from './errors/error.js'
import { type TypeOf, t } from './messages/field-type.js'
import { Message } from './messages/message.js'
import { Command, Event, Field, Id } from './messages/message-decorators.js'
import { command, event, value } from './messages/plain-messages.js'

// tsc checks every @ts-expect-error here when the package is built: it fails where the line below one compiles. Nothing of it needs to run.
const compiled = (_: () => unknown) => expect(true).toBe(true)

@Command('shop.PlaceOrder')
class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
  @Field(t.optional(t.string)) note?: string
}

@Event('shop.OrderPlaced')
class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field(t.int) count!: number

  shout(): string {
    return this.orderId.toUpperCase()
  }
}

test('a message takes its fields, without those that are optional and without its methods', () =>
  compiled(() => [new PlaceOrder({ orderId: 'o' }), new PlaceOrder({ orderId: 'o', note: 'n' }), new OrderPlaced({ orderId: 'o', count: 1 })]))

test('a message does not take a missing, a mistyped or an unknown field', () =>
  compiled(() => {
    // @ts-expect-error count is missing
    new OrderPlaced({ orderId: 'o' })
    // @ts-expect-error count is a number
    new OrderPlaced({ orderId: 'o', count: '1' })
    // @ts-expect-error there is no field colour
    new OrderPlaced({ orderId: 'o', count: 1, colour: 'red' })
    // @ts-expect-error a message is made from its fields
    new OrderPlaced()
  }))

test('a plain message does not take them either', () =>
  compiled(() => {
    const Line = value('shop.Line', { productId: t.string, price: t.decimal(4, 2) })
    const Placed = event('shop.Placed', {
      orderId: t.string,
      lines: t.array(Line),
      status: t.enum('S', ['open', 'closed']),
      count: t.long,
      note: t.optional(t.string),
    })
    const line = new Line({ productId: 'p', price: '1' })
    const placed = new Placed({ orderId: 'o', lines: [line], status: 'open', count: 1n })
    const note: string | undefined = placed.note
    // @ts-expect-error lines is missing
    new Placed({ orderId: 'o', status: 'open', count: 1n })
    // @ts-expect-error a decimal is a string
    new Line({ productId: 'p', price: 1 })
    // @ts-expect-error ajar is no symbol
    new Placed({ orderId: 'o', lines: [], status: 'ajar', count: 1n })
    // @ts-expect-error a long is a bigint
    new Placed({ orderId: 'o', lines: [], status: 'open', count: 1 })
    // @ts-expect-error there is no field colour
    new Line({ productId: 'p', price: '1', colour: 'red' })
    return note
  }))

test('a plain command names one of its fields as the id', () =>
  // @ts-expect-error there is no field id
  compiled(() => command('shop.A', 'id', { orderId: t.string })))

test('the types of fields are those of their values', () =>
  compiled(() => {
    const bytes: TypeOf<typeof t.bytes> = new Uint8Array()
    const at: TypeOf<typeof t.timestamp> = new Date()
    const map: Record<string, (string | undefined)[]> = {} as TypeOf<ReturnType<typeof t.map<(string | undefined)[]>>>
    const placed: TypeOf<typeof OrderPlaced> = new OrderPlaced({ orderId: 'o', count: 1 })
    // @ts-expect-error a long is no number
    const long: TypeOf<typeof t.long> = 1
    return [bytes, at, map, placed, long]
  }))

test('a handler takes the command that its decorator names', () =>
  compiled(() => {
    class Order {
      @Handle(PlaceOrder) place(_: PlaceOrder): OrderPlaced {
        return new OrderPlaced({ orderId: 'o', count: 1 })
      }
      // @ts-expect-error the decorator names PlaceOrder, the method takes OrderPlaced
      @Handle(PlaceOrder) wrong(_: OrderPlaced) {}
      // @ts-expect-error the decorator names OrderPlaced, the method takes PlaceOrder and a number
      @Apply(OrderPlaced) evolve(_: PlaceOrder, __: number) {}
    }
    return Order
  }))

test('a handler does not wait', () =>
  compiled(() => {
    class Order {
      // @ts-expect-error a decision is made in memory
      @Handle(PlaceOrder) async place(_: PlaceOrder) {
        return new OrderPlaced({ orderId: 'o', count: 1 })
      }
      // @ts-expect-error and so is a change of the state
      @Apply(OrderPlaced) async placed(_: OrderPlaced) {}
    }
    // @ts-expect-error a plain one does not either
    const plain = handle(PlaceOrder, async () => new OrderPlaced({ orderId: 'o', count: 1 }))
    // @ts-expect-error nor does its counterpart
    const applied = apply(OrderPlaced, async () => undefined)
    return [Order, plain, applied]
  }))

test('a handler returns messages, not values', () =>
  compiled(() => {
    class Order {
      // @ts-expect-error a number is no event
      @Handle(PlaceOrder) place(_: PlaceOrder) {
        return 7
      }
    }
    return Order
  }))

interface OrderState {
  placed: boolean
}

test('a plain aggregate knows the type of its state', () =>
  compiled(() => [
    aggregate({
      name: 'order',
      initialState: () => ({ placed: false }),
      decide: [handle(PlaceOrder, (state: OrderState, { orderId }) => (state.placed ? undefined : new OrderPlaced({ orderId, count: 1 })))],
      evolve: [
        apply(OrderPlaced, (state: OrderState, { count }) => {
          state.placed = count > 0
          // @ts-expect-error the state has no such field
          state.colour = 'red'
        }),
      ],
    }),
    aggregate<OrderState>({
      name: 'order',
      initialState: () => ({ placed: false }),
      // @ts-expect-error the state is an OrderState
      decide: [handle(PlaceOrder, (_: { status: string }) => undefined)],
      evolve: [],
    }),
  ]))

test('an error is made with the values that its texts name', () =>
  compiled(() => {
    const errors = defineErrors({ SHELF_EMPTY: { what: 'Shelf {shelf} has no {product}.', todo: 'Use { braces with blanks } as you like.' } })
    errors.create('SHELF_EMPTY', { shelf: 1, product: 2, more: 3 })
    // @ts-expect-error product is missing
    errors.create('SHELF_EMPTY', { shelf: 1 })
    // @ts-expect-error there is no such code
    errors.create('SHELF_FULL', {})
  }))

test('a field with a default may be left out, and is there afterwards', () =>
  compiled(() => {
    const Priced = event('shop.Priced', { productId: t.string, currency: t.withDefault(t.string, 'EUR') })
    const length: number = new Priced({ productId: 'p' }).currency.length
    // @ts-expect-error productId has no default
    new Priced({ currency: 'USD' })
    // @ts-expect-error a currency is a string
    new Priced({ productId: 'p', currency: 1 })
    // @ts-expect-error the default is of the type
    t.withDefault(t.string, 1)
    return length
  }))

test('a union is what its branches are', () =>
  compiled(() => {
    const A = value('shop.A', { a: t.string })
    const B = value('shop.B', { b: t.long })
    const Both = event('shop.Both', { either: t.union(A, B), mixed: t.optional(t.union(t.string, t.long)) })
    new Both({ either: new A({ a: 'x' }) })
    new Both({ either: new B({ b: 1n }), mixed: 2n })
    // @ts-expect-error a number is no branch
    new Both({ either: new A({ a: 'x' }), mixed: 2 })
    // @ts-expect-error there is no branch with c
    new Both({ either: { c: 1 } })
  }))
