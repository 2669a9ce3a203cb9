import { describe, expect, test } from 'vitest'
import { upcast } from '../upcasting/upcast-decorator.js'
import { Upcasters } from '../upcasting/upcasters.js'
import { t } from './field-type.js'
import { Command, Event, Field, Id } from './message-decorators.js'
import { type MessageDefinition, messageDefinition, namesOf } from './message-definition.js'
import { command, event, value } from './plain-messages.js'

const namesOfClass = (message: unknown) => namesOf(messageDefinition(message as never) as MessageDefinition)

describe('a message that has been renamed', () => {
  test('has its name and those that it had, by decorator and by plain definition', () => {
    @Event('shop.OrderPlaced', { aliases: ['shop.OrderMade', 'old.Order'] })
    class OrderPlaced {
      @Field(t.renamed(t.string, 'order', 'number')) orderId!: string
    }
    expect(namesOfClass(OrderPlaced)).toEqual(['shop.OrderPlaced', 'shop.OrderMade', 'old.Order'])
    expect(messageDefinition(OrderPlaced).fields[0]?.type).toMatchObject({ kind: 'string', formerNames: ['order', 'number'] })
    for (const plain of [
      event('shop.A', { id: t.string }, { aliases: ['shop.B'] }),
      value('shop.A', { id: t.string }, { aliases: ['shop.B'] }),
      command('shop.A', 'id', { id: t.string }, { aliases: ['shop.B'] }),
    ])
      expect(namesOfClass(plain)).toEqual(['shop.A', 'shop.B'])
    expect(namesOfClass(event('shop.A', { id: t.string }))).toEqual(['shop.A'])
  })

  test('is refused where an earlier name is no name, or is named twice', () => {
    const renamed =
      (...aliases: string[]) =>
      () =>
        event('shop.A', { id: t.string }, { aliases })
    expect(renamed('shop.A')).toThrow("MODEL_INVALID: A: has the name 'shop.A' twice. An alias is a name that it had before")
    expect(renamed('shop.B', 'shop.B')).toThrow("has the name 'shop.B' twice")
    expect(renamed('shop-b')).toThrow("has the name 'shop-b', which is no Avro name")
  })
})

describe('a field that has been renamed', () => {
  test('is refused where the earlier name is no name, or belongs to another field', () => {
    const fields =
      (earlier: string, other = t.string) =>
      () =>
        event('shop.A', { id: t.renamed(t.string, earlier), code: other })
    expect(fields('9')).toThrow("MODEL_INVALID: A.id: had the name '9', which cannot be written in Avro.")
    expect(fields('code')).toThrow("A.id: had the name 'code', which a field of the class has or had. Each earlier name belongs to one field")
    expect(fields('number', t.renamed(t.string, 'number'))).toThrow("had the name 'number', which a field of the class has or had")
    expect(fields('id')).toThrow("had the name 'id'")
    expect(fields('number', t.renamed(t.string, 'cipher'))).not.toThrow()
  })

  test('may be the id of a command', () => {
    @Command('shop.Place')
    class Place {
      @Id(t.renamed(t.string, 'order')) orderId!: string
    }
    expect(messageDefinition(Place).idField).toBe('orderId')
  })
})

test('An event whose earlier name an upcaster takes too is refused', () => {
  const old = event('shop.OrderMade', { id: t.string })
  const placed = event('shop.OrderPlaced', { id: t.string }, { aliases: ['shop.OrderMade'] })
  const check = () => new Upcasters([upcast(old, placed, ({ id }) => new placed({ id }))]).checkHandlers([{ event: placed, member: 'Order.placed' }])
  expect(check).toThrow('MODEL_INVALID: Order.placed: handles shop.OrderMade, which upcast(OrderMade, …) reads as shop.OrderPlaced.')
})
