import { describe, expect, test } from 'vitest'
import { t } from '../messages/field-type.js'
import { Message } from '../messages/message.js'
import { Command, Event, Field, Id } from '../messages/message-decorators.js'
import { messageDefinition } from '../messages/message-definition.js'
import { event } from '../messages/plain-messages.js'
import { findUpcasters, Upcast, upcast } from './upcast-decorator.js'
import { Upcasters } from './upcasters.js'

@Event('shop.OrderMade')
class OrderMade extends Message<OrderMade> {
  @Field() orderId!: string
  @Field() customer!: string
}

@Event('shop.OrderPlaced')
class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field() firstName!: string
  @Field() lastName!: string
}

@Event('shop.OrderOpened')
class OrderOpened extends Message<OrderOpened> {
  @Field() orderId!: string
  @Field(t.decimal(10, 2)) total!: string
}

@Event('shop.CustomerNamed')
class CustomerNamed extends Message<CustomerNamed> {
  @Field() name!: string
}

@Command('shop.PlaceOrder')
class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
}

// biome-ignore lint/complexity/noStaticOnlyClass: a place for upcasters that belong to no other class
class OrderHistory {
  @Upcast(OrderMade, OrderPlaced)
  static made({ orderId, customer }: OrderMade) {
    const [firstName = '', lastName = ''] = customer.split(' ')
    return new OrderPlaced({ orderId, firstName, lastName })
  }

  @Upcast(OrderPlaced, [OrderOpened, CustomerNamed])
  static placed({ orderId, firstName, lastName }: OrderPlaced) {
    return [new OrderOpened({ orderId, total: '00.10' }), new CustomerNamed({ name: `${lastName}, ${firstName}` })]
  }
}

const made = new OrderMade({ orderId: 'o-1', customer: 'Ada Lovelace' })
const read = (upcasters: Upcasters, message: object) => upcasters.upcast(messageDefinition(message.constructor as never), message)

describe('upcasters', () => {
  const history = new Upcasters(findUpcasters(OrderHistory))

  test('read an old event through a chain as the newest ones, in order', () => {
    expect(read(history, made).map(({ definition, message }) => [definition.name, message])).toEqual([
      ['shop.OrderOpened', new OrderOpened({ orderId: 'o-1', total: '0.1' })],
      ['shop.CustomerNamed', new CustomerNamed({ name: 'Lovelace, Ada' })],
    ])
    expect(history.endsOf('shop.OrderMade')).toEqual(['shop.OrderOpened', 'shop.CustomerNamed'])
  })

  test('give the events in the form that they would have out of the log, without running their constructors again', () => {
    const [opened] = read(history, made)
    expect(opened?.message).toBeInstanceOf(OrderOpened)
    expect(opened?.message).toMatchObject({ total: '0.1' })
  })

  test('leave events alone that they do not take', () => {
    const named = new CustomerNamed({ name: 'Ada' })
    expect(read(history, named)).toEqual([{ definition: messageDefinition(CustomerNamed), message: named }])
    expect(read(history, named)[0]?.message).toBe(named)
    expect(history.endsOf('shop.CustomerNamed')).toEqual(['shop.CustomerNamed'])
  })

  test('drop an event by an empty list', () => {
    const dropping = new Upcasters([upcast(OrderMade, [], () => [])])
    expect(read(dropping, made)).toEqual([])
    expect(dropping.endsOf('shop.OrderMade')).toEqual([])
  })

  test('give the same at each reading', () => {
    expect(read(history, made)).toEqual(read(history, made))
  })

  test('know the older classes, which are decoded and never written', () => {
    expect(history.olderEvents.map(({ name }) => name)).toEqual(['shop.OrderMade', 'shop.OrderPlaced'])
    expect(history.older('shop.OrderPlaced')?.class).toBe(OrderPlaced)
    expect(history.older('shop.OrderOpened')).toBeUndefined()
  })

  test('are found once each, on a class and on those that extend it', () => {
    class MoreHistory extends OrderHistory {
      @Upcast(CustomerNamed, [])
      static named(_: CustomerNamed): readonly never[] {
        return []
      }
    }
    expect(findUpcasters(OrderHistory)).toHaveLength(2)
    expect(findUpcasters(MoreHistory)).toHaveLength(3)
    expect(new Upcasters([...findUpcasters(OrderHistory), ...findUpcasters(MoreHistory)]).olderEvents).toHaveLength(3)
    expect(findUpcasters(OrderMade)).toEqual([])
    expect(findUpcasters(undefined)).toEqual([])
  })
})

describe('an upcaster that', () => {
  const failing = (run: () => unknown) => () => read(new Upcasters([upcast(OrderMade, OrderPlaced, run as never)]), made)

  test.each([
    ['throws', () => JSON.parse('gone'), 'it threw Unexpected token'],
    ['returns nothing', () => undefined, 'it returned undefined, and not shop.OrderPlaced'],
    ['returns another event', () => new CustomerNamed({ name: 'Ada' }), 'it returned shop.CustomerNamed, and not shop.OrderPlaced'],
    ['returns a promise', () => Promise.reject(new Error('late')), 'it returned a promise'],
    [
      'leaves a field out',
      () => new OrderPlaced({ orderId: 'o-1', firstName: 'Ada' } as OrderPlaced),
      'shop.OrderPlaced does not fit its definition: lastName',
    ],
  ])('%s makes the event unreadable, and says so', (_, run, problem) => {
    expect(failing(run)).toThrow(/^UPCAST_FAILED: The upcaster upcast\(OrderMade, …\) cannot read a stored shop\.OrderMade: /)
    expect(failing(run)).toThrow(problem)
  })
})

describe('a wrong model', () => {
  const model =
    (...upcasters: readonly Parameters<typeof upcast>[]) =>
    () =>
      new Upcasters(upcasters.map(given => upcast(...given)))
  const none = () => []

  test('with two upcasters of one event names both', () => {
    expect(model([OrderMade, OrderPlaced, none], [OrderMade, [], none])).toThrow(
      'MODEL_INVALID: upcast(OrderMade, …): is a second upcaster of shop.OrderMade beside upcast(OrderMade, …). Keep one of the two.',
    )
  })

  test('that goes round in a circle shows it', () => {
    expect(model([OrderMade, OrderPlaced, none], [OrderPlaced, [OrderOpened, OrderMade], none])).toThrow(
      'goes round in a circle: shop.OrderMade → shop.OrderPlaced → shop.OrderMade. Let each upcaster lead to a newer event',
    )
    expect(model([OrderMade, OrderMade, none])).toThrow('goes round in a circle: shop.OrderMade → shop.OrderMade')
  })

  test('with a class that is no event names what it is', () => {
    expect(model([OrderMade, PlaceOrder as never, none])).toThrow('upcast(OrderMade, …): names the command shop.PlaceOrder where an event belongs')
    expect(model([OrderHistory as never, OrderPlaced, none])).toThrow('upcast(OrderHistory, …): names OrderHistory, which is no message where an event belongs')
    expect(() => upcast(undefined as never, OrderPlaced, none)).toThrow('names a message class that is undefined when the file loads')
    expect(() => upcast(OrderMade, [undefined as never], none)).toThrow('names a message class that is undefined when the file loads')
  })

  test('with an upcaster on a method of instances says to make it static', () => {
    const decorate = Upcast(OrderMade, OrderPlaced) as unknown as (target: object, method: string) => void
    expect(() => decorate(OrderHistory.prototype, 'made')).toThrow(
      'MODEL_INVALID: OrderHistory.made: is an upcaster and no static method. Write static before it',
    )
  })

  const applies = (handled: typeof OrderPlaced | typeof OrderMade | typeof CustomerNamed, member: string) => ({ event: handled, member })

  test('that makes what nobody handles names the event and the cure', () => {
    expect(() => new Upcasters(findUpcasters(OrderHistory)).checkHandlers([applies(CustomerNamed, 'Order.named')])).toThrow(
      'MODEL_INVALID: OrderHistory.placed: makes shop.OrderOpened, which nothing in this app handles. Add @Apply(OrderOpened) to the aggregate',
    )
  })

  test('that handles what an upcaster takes away names the handler', () => {
    expect(() =>
      new Upcasters([upcast(OrderMade, OrderPlaced, none)]).checkHandlers([applies(OrderMade, 'Order.made'), applies(OrderPlaced, 'Order.placed')]),
    ).toThrow('MODEL_INVALID: Order.made: handles shop.OrderMade, which upcast(OrderMade, …) reads as shop.OrderPlaced. Handle the newer events instead')
  })

  test('with two classes of one name names it', () => {
    const other = event('shop.OrderPlaced', { orderId: t.string })
    expect(() => new Upcasters([upcast(OrderMade, other, none)]).checkHandlers([applies(OrderPlaced, 'Order.placed')])).toThrow(
      'MODEL_INVALID: upcast(OrderMade, …): makes a second class named shop.OrderPlaced',
    )
  })
})
