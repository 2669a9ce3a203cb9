import { deepStrictEqual } from 'node:assert'
import { describe, expect, test } from 'vitest'
import { type FieldType, t } from './field-type.js'
import { Message, type MessageClass } from './message.js'
import { Event, Field, Value } from './message-decorators.js'
import { messageDefinition } from './message-definition.js'
import { normalizeMessage } from './normalization.js'
import { event } from './plain-messages.js'

const normal = (type: FieldType, given: unknown) =>
  (normalizeMessage(messageDefinition(event('shop.A', { field: type }) as MessageClass), { field: given }) as { field: unknown }).field

@Value('shop.Line')
class Line extends Message<Line> {
  @Field() productId!: string
  @Field(t.optional(t.string)) note?: string

  shout(): string {
    return this.productId.toUpperCase()
  }
}

@Event('shop.Placed')
class Placed extends Message<Placed> {
  @Field() orderId!: string
  @Field(t.array(Line)) lines!: Line[]
}

describe('the normal form', () => {
  test.each([
    ['261.9600', '261.96'],
    ['261.96', '261.96'],
    ['2.0', '2'],
    ['2.00', '2'],
    ['200', '200'],
    ['-0.50', '-0.5'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['0.0', '0'],
    ['007', '7'],
    ['-007.10', '-7.1'],
    ['000.05', '0.05'],
    ['100.010', '100.01'],
  ])('of the decimal %s is %s', (given, canonical) => {
    expect(normal(t.decimal(14, 4), given)).toBe(canonical)
  })

  test('of an absent optional is undefined, and it is there', () => {
    const definition = messageDefinition(Line)
    for (const message of [{ productId: 'p' }, { productId: 'p', note: null }, { productId: 'p', note: undefined }]) {
      deepStrictEqual(Object.entries(normalizeMessage(definition, message)), [
        ['productId', 'p'],
        ['note', undefined],
      ])
    }
  })

  test('of numbers is what their bytes can hold', () => {
    expect(normal(t.int, -0)).toBe(0)
    expect(normal(t.float, 0.1)).toBe(Math.fround(0.1))
    expect(normal(t.double, -0)).toBe(-0)
    expect(normal(t.double, 0.1)).toBe(0.1)
    expect(normal(t.long, -(2n ** 63n))).toBe(-(2n ** 63n))
  })

  test('of a UUID is in lower case', () => {
    expect(normal(t.uuid, '0189D2D5-7F6A-7C31-8A5E-0123456789AB')).toBe('0189d2d5-7f6a-7c31-8a5e-0123456789ab')
  })

  test('of bytes is a Uint8Array, also where they were a Buffer', () => {
    const bytes = normal(t.bytes, Buffer.from([1, 2])) as Uint8Array
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    expect(bytes).toEqual(new Uint8Array([1, 2]))
  })

  test('of a map is a plain object with the same keys, whatever they are, in one order', () => {
    const given = Object.assign(Object.create(null), JSON.parse('{"b":"1.0","__proto__":"2.0","a":"3.0"}'))
    const map = normal(t.map(t.decimal(4, 2)), given) as object
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype)
    expect(Object.entries(map)).toEqual([
      ['__proto__', '2'],
      ['a', '3'],
      ['b', '1'],
    ])
  })

  test('of an array is an array without holes', () => {
    class Special extends Array {}
    // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about
    expect(Object.entries(normal(t.array(t.optional(t.int)), [1, , null]) as object)).toEqual([
      ['0', 1],
      ['1', undefined],
      ['2', undefined],
    ])
    expect(Object.getPrototypeOf(normal(t.array(t.string), Special.from(['a'])))).toBe(Array.prototype)
  })

  test('of a message is an instance of its class with its fields in the order of their declaration, and so is a value in it', () => {
    const placed = normalizeMessage(messageDefinition(Placed), { lines: [{ productId: 'p' }], orderId: 'o' })
    expect(Object.keys(placed)).toEqual(['orderId', 'lines'])
    expect(placed).toBeInstanceOf(Placed)
    expect(placed.lines[0]?.shout()).toBe('P')
  })

  test('is made without running constructors', () => {
    let made = 0
    @Event('shop.Counted')
    class Counted extends Message<Counted> {
      @Field(t.int) count: number = ++made
    }
    normalizeMessage(messageDefinition(Counted), { count: 5 })
    expect(made).toBe(0)
  })

  test('of an instance of a subclass is one of the class itself', () => {
    class Special extends Placed {}
    const placed = normalizeMessage(messageDefinition(Placed), new Special({ orderId: 'o', lines: [] }))
    expect(Object.getPrototypeOf(placed)).toBe(Placed.prototype)
  })
})

test('what is normal stays equal, and shares nothing that can be changed with what was given', () => {
  const All = event('shop.All', { list: t.array(t.string), map: t.map(t.string), at: t.timestamp, bytes: t.bytes, line: Line })
  const definition = messageDefinition(All)
  const given = new All({ list: ['a'], map: { k: 'v' }, at: new Date(5), bytes: new Uint8Array([1]), line: new Line({ productId: 'p' }) })
  const once = normalizeMessage(definition, given)
  const twice = normalizeMessage(definition, once)
  deepStrictEqual(twice, once)
  for (const name of ['list', 'map', 'at', 'bytes', 'line'] as const) {
    expect(once[name]).not.toBe(given[name])
    expect(twice[name]).not.toBe(once[name])
  }
})
