import { describe, expect, test } from 'vitest'
import type { Defaulted } from './defaulted.js'
import { type FieldType, t } from './field-type.js'
import type { Later } from './later.js'
import { Message, type MessageClass } from './message.js'
import { Event, Field, Value } from './message-decorators.js'
import { messageDefinition } from './message-definition.js'
import { normalizeMessage } from './normalization.js'
import { event, value } from './plain-messages.js'
import { findProblems } from './validation.js'

@Value('shop.CardPayment')
class CardPayment extends Message<CardPayment> {
  @Field(t.decimal(8, 2)) amount!: string
}

@Value('shop.CashPayment')
class CashPayment extends Message<CashPayment> {
  @Field(t.decimal(8, 2)) amount!: string
}

const Line = value('shop.Line', { product: t.string, payment: t.optional(t.union(CardPayment, CashPayment)) })
const definitionOf = (type: FieldType) => messageDefinition(event('shop.A', { field: type }) as MessageClass)
const problemsOf = (type: FieldType, given: unknown) => findProblems(definitionOf(type), { field: given }).map(({ path, problem }) => `${path} ${problem}`)
const normal = (type: FieldType, given: unknown) => (normalizeMessage(definitionOf(type), { field: given }) as { field: unknown }).field

describe('a union', () => {
  const payment = t.union(CardPayment, CashPayment)

  test('takes instances of its classes', () => {
    for (const amount of ['1', '-2.5']) expect(problemsOf(payment, new CashPayment({ amount }))).toEqual([])
  })

  test('names the path of what does not fit', () => {
    const lines = t.array(Line)
    const given = [new Line({ product: 'p' }), new Line({ product: 'p', payment: new CardPayment({ amount: 'much' }) })]
    expect(problemsOf(lines, given)).toEqual([
      'field[1].payment.amount is the string "much", expected a decimal string of at most 8 digits, 2 behind the point',
    ])
  })

  test('refuses what belongs to no branch: plain objects, and instances of other classes', () => {
    expect(problemsOf(payment, { amount: '1' })).toEqual([
      'field is an object of Object, expected a CardPayment made by its class or a CashPayment made by its class',
    ])
    expect(problemsOf(payment, new Line({ product: 'p' }))).toHaveLength(1)
    expect(problemsOf(payment, undefined)).toHaveLength(1)
    expect(problemsOf(t.union(t.string, t.long), 5)).toEqual(['field is number 5, expected string or long'])
  })

  test('takes what differs in JavaScript', () => {
    const mixed = t.union(t.null, t.boolean, t.string, t.double, t.long, t.bytes, t.array(t.int), t.map(t.int), CardPayment)
    for (const each of [undefined, null, true, 'x', 0.5, 5n, new Uint8Array(1), [1], { a: 1 }, new CardPayment({ amount: '1' })])
      expect(problemsOf(mixed, each)).toEqual([])
    expect(problemsOf(mixed, [0.5])).toHaveLength(1)
    expect(problemsOf(mixed, new Map())).toHaveLength(1)
  })

  test('becomes normal in the branch that a value belongs to', () => {
    expect(normal(t.union(t.decimal(4, 2), t.int), '1.50')).toBe('1.5')
    expect(Object.is(normal(t.union(t.decimal(4, 2), t.int), -0), 0)).toBe(true)
    const read = normal(payment, new CashPayment({ amount: '2.0' }))
    expect(read).toBeInstanceOf(CashPayment)
    expect(read).toEqual({ amount: '2' })
    expect(normal(t.union(t.string, t.null), null)).toBeUndefined()
  })

  const refused: readonly [string, () => FieldType, RegExp][] = [
    ['without branches', () => t.union(), /is a union of nothing/],
    ['of a union', () => t.union(t.union(t.string), t.int), /a union or an optional inside a union/],
    ['of an optional', () => t.union(t.optional(t.string), t.int), /a union or an optional inside a union/],
    ['of two texts', () => t.union(t.string, t.uuid), /two branches in a union that are both a string/],
    ['of two numbers', () => t.union(t.int, t.double), /both a number/],
    ['of a class twice', () => t.union(CardPayment, CardPayment), /both CardPayment/],
    ['that Avro has one type for', () => t.union(t.date, t.int), /that Avro writes as int/],
    ['that is absent twice', () => t.optional(t.union(t.null, t.string)), /both an absent/],
  ]

  test.each(refused)('%s is refused', (_, type, problem) => {
    expect(() => definitionOf(type())).toThrow(problem)
    expect(() => definitionOf(type())).toThrow(/^MODEL_INVALID: A.field/)
  })
})

describe('a default', () => {
  @Event('shop.Priced')
  class Priced extends Message<Priced> {
    @Field() productId!: string
    @Field(t.withDefault(t.string, 'EUR')) currency!: Defaulted<string>
    @Field(t.withDefault(t.array(t.string), ['new'])) tags!: Defaulted<string[]>
    @Field(t.withDefault(t.union(t.string, t.null), 'none')) note?: string
  }

  test('is what a message has where nothing was given', () => {
    expect(new Priced({ productId: 'p' })).toEqual({ productId: 'p', currency: 'EUR', tags: ['new'], note: 'none' })
    expect(new Priced({ productId: 'p', currency: 'USD', tags: [], note: undefined })).toEqual({ productId: 'p', currency: 'USD', tags: [], note: undefined })
  })

  test('is so without decorators, too', () => {
    const Plain = event('shop.Priced', { productId: t.string, currency: t.withDefault(t.string, 'EUR') })
    expect(new Plain({ productId: 'p' }).currency).toBe('EUR')
    expect(new Plain({ productId: 'p', currency: 'USD' }).currency).toBe('USD')
  })

  test('is a value of its own for each message', () => {
    const [one, other] = [new Priced({ productId: 'p' }), new Priced({ productId: 'q' })]
    one.tags.push('sold')
    expect(other.tags).toEqual(['new'])
    expect(new Priced({ productId: 'r' }).tags).toEqual(['new'])
  })

  test('fits where it is left out, and becomes part of the normal form', () => {
    const definition = messageDefinition(Priced)
    expect(findProblems(definition, { productId: 'p' })).toEqual([])
    expect(normalizeMessage(definition, { productId: 'p', note: null })).toEqual({ productId: 'p', currency: 'EUR', tags: ['new'], note: undefined })
    expect(findProblems(definition, { productId: 'p', currency: null })).toHaveLength(1)
  })

  test('is left to a class with a constructor of its own', () => {
    @Event('shop.Own')
    class Own {
      @Field(t.withDefault(t.int, 7)) count: number
      constructor(count: number) {
        this.count = count
      }
    }
    expect(new Own(undefined as never).count).toBeUndefined()
    expect(normalizeMessage(messageDefinition(Own), new Own(undefined as never)).count).toBe(7)
  })

  const refused: readonly [string, () => FieldType, RegExp][] = [
    ['of another type', () => t.withDefault(t.int, 'x' as never), /has a default that is the string "x"/],
    ['of a later branch', () => t.withDefault(t.union(t.string, t.int), 1 as never), /is of a later branch of its union/],
    ['of a later branch further in', () => t.withDefault(t.array(t.union(t.string, t.int)), [1]), /is of a later branch of its union/],
    ['that JSON has no text for', () => t.withDefault(t.double, Number.NaN), /NaN or Infinity/],
    ['of an optional', () => t.withDefault(t.optional(t.string), 'x'), /is an optional with a default/],
    ['inside a type', () => t.array(t.withDefault(t.int, 1)), /has a default inside its type/],
  ]

  test.each(refused)('%s is refused', (_, type, problem) => expect(() => definitionOf(type())).toThrow(problem))
})

describe('a class that is declared later', () => {
  @Value('shop.Tree')
  class Tree extends Message<Tree> {
    @Field(t.array(t.later(() => Branch))) branches!: Later<Branch>[]
  }

  @Value('shop.Branch')
  class Branch extends Message<Branch> {
    @Field(t.optional(Tree)) tree?: Tree
    @Field(
      t.union(
        t.later(() => Leaf),
        t.null,
      ),
    )
    leaf?: Later<Leaf>
  }

  @Value('shop.Leaf')
  class Leaf extends Message<Leaf> {
    @Field(t.int) size!: number
  }

  test('is found when there are values', () => {
    const tree = new Tree({ branches: [new Branch({ leaf: new Leaf({ size: 1.5 }) })] })
    expect(findProblems(messageDefinition(Tree), tree)).toMatchObject([{ path: 'branches[0].leaf.size' }])
    expect(normalizeMessage(messageDefinition(Tree), { branches: [{}] }).branches[0]).toBeInstanceOf(Branch)
  })
})

describe('a fixed', () => {
  test.each([
    ['without a name', () => t.fixed('', 4)],
    ['of half a byte', () => t.fixed('Half', 0.5)],
    ['of an enum whose default is no symbol', () => t.enum('S', ['a'], { default: 'b' as never })],
    ['with more digits than bytes hold', () => t.fixedDecimal('D', 2, 5)],
  ])('%s is refused', (_, type) => expect(() => definitionOf(type() as FieldType)).toThrow(/^MODEL_INVALID/))
})
