import { command, findMessageDefinition, type MessageClass, type MessageDefinition, t, value } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import { StateCodec } from './state-codec.js'

const Money = value('shop.Money', { amount: t.string, currency: t.string })
const Foreign = command('shop.Foreign', 'id', { id: t.string })

class Line {
  constructor(
    public product = '',
    public count = 0,
  ) {}
}

class Order {
  held: unknown = undefined
  line = new Line()
}

const definitionOf = (message: unknown) => findMessageDefinition(message as MessageClass) as MessageDefinition
const codec = new StateCodec('order', [definitionOf(Money)], () => new Order())
const there = (held: unknown) => (codec.decode(codec.encode(Object.assign(new Order(), { held }))) as Order).held

describe('a state', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['an empty text', ''],
    ['half a character', '\ud83d'],
    ['0.1', 0.1],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['a bigint', -(2n ** 70n)],
    ['a Date', new Date(1.5e12)],
    ['no valid Date', new Date(Number.NaN)],
    [
      'a Map with keys of any kind',
      new Map<unknown, unknown>([
        [1, 'a'],
        ['1', new Map([[null, undefined]])],
        [{ a: 1 }, [2n]],
      ]),
    ],
    ['a Set', new Set([1, '1', null])],
    ['bytes', new Uint8Array([0, 255, 7])],
    ['no bytes', new Uint8Array()],
    ['an array with undefined in it', [1, undefined, null]],
    ['an object that looks like a mark', { $: 'Date', v: 5 }],
    ['a mark in an object that looks like one', { $: { $: 'undefined' }, v: new Map([[1, { $: 'x' }]]) }],
    ['an object with a key __proto__', JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }')],
    ['a message', new Money({ amount: '5', currency: 'EUR' })],
    ['messages in a Map', new Map([['a', [new Money({ amount: '5', currency: 'EUR' })]]])],
  ])('comes back as it was: %s', (_, held) => {
    expect(there(held)).toStrictEqual(held)
  })

  test('comes back as an instance of its class, and so do the classes that its initial state makes', () => {
    const state = Object.assign(new Order(), { line: new Line('p', 2) })
    const back = codec.decode(codec.encode(state))
    expect(back).toStrictEqual(state)
    expect(back).toBeInstanceOf(Order)
  })

  test('keeps a field that it got later, and gives a field that is new in the code its initial value', () => {
    expect(codec.decode(codec.encode(Object.assign(new Order(), { later: 1 })))).toMatchObject({ later: 1 })
    expect(codec.decode('{}')).toStrictEqual(new Order())
  })

  test.each<[string, unknown, string]>([
    ['an instance of a class that it cannot make', { url: new URL('http://127.0.0.1') }, 'held.url, an instance of URL'],
    ['a message that is none of its own', [new Foreign({ id: '1' })], 'held[0], an instance of'],
    ['a function', new Map([['f', () => 1]]), 'held(f), a function'],
    ['a symbol', new Set([Symbol('s')]), 'held item, a symbol'],
    ['an instance that its initial state holds elsewhere', new Line('p', 1), 'held, an instance of Line'],
  ])('is refused with the path: %s', (_, held, problem) => {
    const state = Object.assign(new Order(), { held })
    expect(() => codec.encode(state)).toThrow(`STATE_NOT_STORABLE: The state of order holds ${problem}`)
    expect(() => codec.check(state)).toThrow('STATE_NOT_STORABLE')
  })

  test('that holds itself is refused', () => {
    const held: unknown[] = []
    held.push({ held })
    expect(() => codec.check(Object.assign(new Order(), { held }))).toThrow('held, which holds itself')
  })

  test('comes back as it was, whatever it is made of (300 seeds)', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const held = anyValue(numbers(seed), 4)
      expect(there(held), `seed ${seed}`).toStrictEqual(held)
    }
  })
})

function numbers(seed: number) {
  let state = seed
  return (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

function anyValue(below: (limit: number) => number, depth: number): unknown {
  const many = <T>(make: () => T) => Array.from({ length: below(4) }, make)
  const inner = () => anyValue(below, depth - 1)
  const names = ['a', '$', 'v', 'name', 'toString', 'constructor']
  switch (below(depth > 0 ? 13 : 8)) {
    case 0:
      return undefined
    case 1:
      return null
    case 2:
      return below(1_000) / 7
    case 3:
      return BigInt(below(1_000_000)) ** 3n
    case 4:
      return new Date(below(1e9))
    case 5:
      return ['$', '', '😀', '\u0000', '__proto__'][below(5)]
    case 6:
      return new Money({ amount: String(below(9)), currency: 'EUR' })
    case 7:
      return [-0, Number.NaN, Number.POSITIVE_INFINITY, true, false][below(5)]
    case 8:
      return many(inner)
    case 9:
      return new Map(many(() => [inner(), inner()]))
    case 10:
      return new Set(many(inner))
    default:
      return Object.fromEntries(many(() => [names[below(names.length)], inner()]))
  }
}
