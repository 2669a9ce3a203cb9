import { expect, test } from 'vitest'
import { t } from './field-type.js'
import type { MessageClass } from './message.js'
import { Event, Field } from './message-decorators.js'
import { definitionOfInstance, messageDefinition } from './message-definition.js'
import { command, event, value } from './plain-messages.js'
import { validateMessage } from './validation.js'

const Line = value('shop.OrderLine', { productId: t.string, quantity: t.int })
const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string, lines: t.array(Line), note: t.optional(t.string) })
const PlaceOrder = command('shop.PlaceOrder', 'orderId', { orderId: t.string })

test('a plain class is named by the last part of the name of its message', () => {
  expect([Line, OrderPlaced, PlaceOrder].map(({ name }) => name)).toEqual(['OrderLine', 'OrderPlaced', 'PlaceOrder'])
})

test('a plain class has the definition that decorators would give it', () => {
  @Event('shop.OrderPlaced')
  class Decorated {
    @Field() orderId!: string
    @Field(t.array(Line)) lines!: object[]
    @Field(t.optional(t.string)) note?: string
  }
  const { class: _, ...plain } = messageDefinition(OrderPlaced)
  const { class: __, ...decorated } = messageDefinition(Decorated)
  expect(plain).toEqual(decorated)
})

test('a plain command names the field of its id', () => {
  expect(messageDefinition(PlaceOrder)).toMatchObject({ kind: 'command', name: 'shop.PlaceOrder', idField: 'orderId' })
})

test('an instance has the fields that it was given and is found by its class', () => {
  const message = new OrderPlaced({ orderId: 'o', lines: [new Line({ productId: 'p', quantity: 1 })] })
  expect({ ...message }).toEqual({ orderId: 'o', lines: [{ productId: 'p', quantity: 1 }] })
  expect(definitionOfInstance(message)).toBe(messageDefinition(OrderPlaced))
  expect(() => validateMessage(messageDefinition(OrderPlaced), message)).not.toThrow()
})

test('a wrong plain definition is refused at once', () => {
  expect(() => event('shop placed', {})).toThrow(/^MODEL_INVALID: shop placed: has the name 'shop placed', which is no Avro name/)
  expect(() => command('shop.A', 'id' as never, { orderId: t.string })).toThrow(/^MODEL_INVALID: A.id: is named as the id and is no field/)
  expect(() => event('shop.A', { amount: t.decimal(2, 4) })).toThrow(/^MODEL_INVALID: A.amount: is a decimal of 2 digits/)
  expect(() => event('shop.A', { line: undefined as unknown as MessageClass })).toThrow(/^MODEL_INVALID: A.line: /)
})
