import { type CalendarDuration, Event, event, Field, type FieldType, Message, t, Value, value } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import { definitionOf, openRegistry, written } from './codec.fixture.js'
import { messageSchema } from './message-schema.js'

@Value('shop.CardPayment')
class CardPayment extends Message<CardPayment> {
  @Field(t.string) card!: string
}

@Value('shop.CashPayment')
class CashPayment extends Message<CashPayment> {
  @Field(t.withDefault(t.decimal(8, 2), '0')) given!: string
}

const fieldOf = (type: FieldType) => JSON.parse(messageSchema(definitionOf(event('shop.A', { v: type }))).text).fields[0]

/** The value of a field as a message with another type of it reads it. */
async function convert(from: FieldType, given: unknown, to: FieldType): Promise<unknown> {
  const { bytes, reader } = await written(new (event('shop.A', { v: from }))({ v: given } as never))
  return (reader.decode(definitionOf(event('shop.A', { v: to })), bytes) as { v: unknown }).v
}

describe('the schema', () => {
  test.each([
    ['null', t.null, 'null'],
    ['fixed', t.fixed('F', 4), { name: 'shop.F', type: 'fixed', size: 4 }],
    ['uuid in 16 bytes', t.fixedUuid('F'), { name: 'shop.F', type: 'fixed', size: 16, logicalType: 'uuid' }],
    ['decimal in so many bytes', t.fixedDecimal('F', 8, 18, 2), { name: 'shop.F', type: 'fixed', size: 8, logicalType: 'decimal', precision: 18, scale: 2 }],
    ['duration', t.duration('F'), { name: 'shop.F', type: 'fixed', size: 12, logicalType: 'duration' }],
    ['date', t.date, { type: 'int', logicalType: 'date' }],
    ['time-millis', t.timeMillis, { type: 'int', logicalType: 'time-millis' }],
    ['time-micros', t.timeMicros, { type: 'long', logicalType: 'time-micros' }],
    ['timestamp-micros', t.timestampMicros, { type: 'long', logicalType: 'timestamp-micros' }],
    ['timestamp-nanos', t.timestampNanos, { type: 'long', logicalType: 'timestamp-nanos' }],
    ['local-timestamp-millis', t.localTimestampMillis, { type: 'long', logicalType: 'local-timestamp-millis' }],
    ['local-timestamp-micros', t.localTimestampMicros, { type: 'long', logicalType: 'local-timestamp-micros' }],
    ['local-timestamp-nanos', t.localTimestampNanos, { type: 'long', logicalType: 'local-timestamp-nanos' }],
    ['union', t.union(t.string, t.null, t.fixed('F', 1)), ['string', 'null', { name: 'shop.F', type: 'fixed', size: 1 }]],
    ['optional union', t.optional(t.union(t.string, t.long)), ['null', 'string', 'long']],
    ['enum with a default', t.enum('E', ['a', 'b'], { default: 'b' }), { name: 'shop.E', type: 'enum', symbols: ['a', 'b'], default: 'b' }],
  ] as readonly [string, FieldType, unknown][])('of a %s is as Avro has it', (_, type, schema) => expect(fieldOf(type).type).toEqual(schema))

  test.each([
    ['bytes', t.withDefault(t.bytes, Uint8Array.of(0, 255)), '\u0000ÿ'],
    ['decimal', t.withDefault(t.decimal(6, 2), '-1.5'), 'ÿj'],
    ['date', t.withDefault(t.date, '1970-01-02'), 1],
    ['timestamp', t.withDefault(t.timestamp, new Date(5)), 5],
    ['enum', t.withDefault(t.enum('E', ['a']), 'a'), 'a'],
    ['array', t.withDefault(t.array(t.int), [1]), [1]],
    ['record', t.withDefault(CardPayment, new CardPayment({ card: 'x' })), { card: 'x' }],
    ['union', t.withDefault(t.union(CashPayment, t.null), new CashPayment({ given: '1' })), { given: 'd' }],
    ['absent value', t.withDefault(t.union(t.null, t.string), null), null],
  ] as readonly [string, FieldType, unknown][])('has the default of a %s in its JSON', (_, type, json) => expect(fieldOf(type).default).toEqual(json))

  test('has what is said of it', () => {
    const kind = t.enum('Kind', ['a'], { aliases: ['Sort'], doc: 'Which kind.' })
    const A = event('shop.A', { v: t.documented(t.renamed(kind, 'w'), 'The kind.') }, { doc: 'An A.', aliases: ['shop.Z'] })
    expect(JSON.parse(messageSchema(definitionOf(A)).text)).toEqual({
      name: 'shop.A',
      type: 'record',
      aliases: ['Z'],
      doc: 'An A.',
      fields: [
        { name: 'v', type: { name: 'shop.Kind', type: 'enum', aliases: ['Sort'], doc: 'Which kind.', symbols: ['a'] }, doc: 'The kind.', aliases: ['w'] },
      ],
    })
  })
})

describe('a union', () => {
  const payment = t.union(CardPayment, CashPayment)

  test('is read as the class that was written', async () => {
    const given = [new CashPayment({ given: '2' }), new CardPayment({ card: 'x' })]
    const read = (await convert(t.array(payment), given, t.array(payment))) as object[]
    expect(read).toEqual(given)
    expect(read.map(each => each.constructor)).toEqual([CashPayment, CardPayment])
  })

  test('refuses a value of no branch, naming the path', async () => {
    const A = event('shop.A', { lines: t.array(payment) })
    await expect(written(new A({ lines: [new CardPayment({ card: 'x' }), { card: 'y' } as never] }))).rejects.toThrow(
      /^MESSAGE_INVALID: shop.A does not fit its definition: lines\[1\] is an object of Object, expected a CardPayment made by its class or a CashPayment/,
    )
  })

  test('may have more branches, another order, and one where there was no union', async () => {
    const more = t.union(t.string, CashPayment, CardPayment)
    expect(await convert(payment, new CardPayment({ card: 'x' }), more)).toEqual(new CardPayment({ card: 'x' }))
    expect(await convert(t.record(CardPayment), new CardPayment({ card: 'x' }), payment)).toBeInstanceOf(CardPayment)
    expect(await convert(t.string, 'x', t.union(t.long, t.string))).toBe('x')
    expect(await convert(t.optional(t.string), undefined, t.union(t.string, t.null))).toBeUndefined()
  })

  test('reads a value as the branch that was meant, not as one that it could be converted to', async () => {
    expect(await convert(t.int, 5, t.union(t.long, t.double))).toBe(5n)
    expect(await convert(t.float, 0.5, t.union(t.long, t.double))).toBe(0.5)
    expect(await convert(t.long, 5n, t.union(t.double, t.long))).toBe(5n)
    expect(await convert(t.bytes, Buffer.from('a'), t.union(t.string, t.bytes))).toEqual(new Uint8Array([97]))
  })

  test('without a branch for what was written makes the record unreadable', async () => {
    await expect(convert(payment, new CardPayment({ card: 'x' }), t.record(CashPayment))).rejects.toMatchObject({ code: 'RECORD_SCHEMA_DIFFERS' })
  })
})

describe('a field with a default', () => {
  @Event('shop.A')
  class A extends Message<A> {
    @Field(t.withDefault(t.string, 'EUR')) currency!: string
    @Field(t.withDefault(t.long, 2n ** 62n + 1n)) points!: bigint
    @Field(t.withDefault(t.array(CardPayment), [new CardPayment({ card: 'x' })])) payments!: CardPayment[]
    @Field(t.withDefault(t.union(t.string, t.null), 'none')) note?: string
    @Field(t.withDefault(t.duration('D'), { months: 1, days: 0, milliseconds: 0 })) period!: CalendarDuration
    @Field(t.withDefault(t.timestamp, new Date(5))) at!: Date
  }
  const all = {
    currency: 'EUR',
    points: 2n ** 62n + 1n,
    payments: [{ card: 'x' }],
    note: 'none',
    period: { months: 1, days: 0, milliseconds: 0 },
    at: new Date(5),
  }

  test('is that where an older record does not have it, a value of its own each time', async () => {
    const { bytes, reader } = await written(new (event('shop.A', {}))({}))
    const [one, other] = [reader.decode(definitionOf(A), bytes) as A, reader.decode(definitionOf(A), bytes) as A]
    expect(one).toEqual(all)
    expect(one.payments[0]).toBeInstanceOf(CardPayment)
    one.payments.pop()
    one.at.setTime(0)
    expect(other).toEqual(all)
  })

  test('is that where a message does not have it, and absent where it may be and is', async () => {
    const { bytes, reader } = await written(new A({} as never))
    expect(reader.decode(definitionOf(A), bytes)).toEqual(all)
    const without = await written(new A({ note: undefined } as never))
    expect(without.reader.decode(definitionOf(A), without.bytes)).toEqual({ ...all, note: undefined })
    const same = await written(new A({ note: undefined } as never))
    const Narrow = event('shop.A', { note: t.union(t.null, t.string), more: t.optional(t.int) })
    expect(same.reader.decode(definitionOf(Narrow), same.bytes)).toEqual({ note: undefined, more: undefined })
  })

  test('lets an older message be read without it', async () => {
    const Older = event('shop.A', { note: t.union(t.string, t.null) })
    const { bytes, reader } = await written(new A({ note: 'n' } as never))
    expect(reader.decode(definitionOf(Older), bytes)).toEqual({ note: 'n' })
  })
})

describe('evolution', () => {
  test('reads a symbol that only the writer knows as the default of the enum', async () => {
    const newer = t.enum('S', ['open', 'closed', 'lost'])
    const older = t.enum('S', ['open', 'unknown'], { default: 'unknown' })
    expect(await convert(newer, 'lost', older)).toBe('unknown')
    expect(await convert(newer, 'open', older)).toBe('open')
    expect(await convert(t.optional(newer), 'lost', t.optional(older))).toBe('unknown')
  })

  test('reads whole numbers as times and times as whole numbers, but never in another unit', async () => {
    expect(await convert(t.int, 1, t.date)).toBe('1970-01-02')
    expect(await convert(t.date, '1970-01-02', t.int)).toBe(1)
    expect(await convert(t.date, '1970-01-02', t.double)).toBe(1)
    expect(await convert(t.timeMicros, 5, t.long)).toBe(5n)
    expect(await convert(t.long, 5n, t.timestampMicros)).toBe(5n)
    expect(await convert(t.timestampMicros, 5n, t.long)).toBe(5n)
    for (const [from, given, to] of [
      [t.timestampMicros, 5n, t.timestampNanos],
      [t.timestamp, new Date(5), t.timestampMicros],
      [t.timestampMicros, 5n, t.timestamp],
      [t.timestampMicros, 5n, t.localTimestampMicros],
      [t.timeMillis, 5, t.timeMicros],
      [t.timeMillis, 5, t.date],
    ] as readonly [FieldType, unknown, FieldType][])
      await expect(convert(from, given, to)).rejects.toMatchObject({ code: 'RECORD_SCHEMA_DIFFERS' })
  })

  test('reads a fixed of the same name and size, a decimal by the scale it was written with', async () => {
    expect(await convert(t.fixed('F', 2), Uint8Array.of(1, 2), t.fixed('F', 2))).toEqual(Uint8Array.of(1, 2))
    expect(await convert(t.fixedDecimal('F', 4, 9, 2), '1.5', t.fixedDecimal('F', 4, 9, 3))).toBe('1.5')
    await expect(convert(t.fixedDecimal('F', 4, 9, 2), '1.55', t.fixedDecimal('F', 4, 9, 1))).rejects.toThrow(/1.55 does not fit/)
    await expect(convert(t.fixed('F', 2), Uint8Array.of(1, 2), t.fixed('F', 3))).rejects.toMatchObject({ code: 'RECORD_SCHEMA_DIFFERS' })
    await expect(convert(t.fixed('F', 2), Uint8Array.of(1, 2), t.fixed('G', 2))).rejects.toMatchObject({ code: 'RECORD_SCHEMA_DIFFERS' })
  })
})

describe('a record', () => {
  test('with an unknown branch, a time of another day or an int of more than 32 bits is unreadable', async () => {
    for (const [type, given, damage] of [
      [t.union(t.string, t.long), 'a', '06'],
      [t.timeMillis, 0, '01'],
      [t.timeMillis, 0, '80f0b252'],
      [t.int, 0, '8080808010'],
      [t.date, '1970-01-01', '8080808010'],
    ] as readonly [FieldType, unknown, string][]) {
      const A = event('shop.A', { v: type })
      const { bytes, reader } = await written(new A({ v: given } as never))
      const damaged = Buffer.concat([bytes.subarray(0, 5), Buffer.from(damage, 'hex')])
      const Newer = event('shop.A', { v: type, more: t.optional(t.int) })
      for (const read of [A, Newer]) expect(() => reader.decode(definitionOf(read), damaged)).toThrow(/^RECORD_UNREADABLE/)
    }
  })

  test('cut off anywhere is told as such', async () => {
    const A = event('shop.A', {
      fixed: t.fixed('F', 4),
      time: t.timeMicros,
      date: t.date,
      union: t.union(t.string, CardPayment),
      period: t.duration('D'),
      amount: t.fixedDecimal('M', 3, 4, 2),
      bytes: t.bytes,
      decimal: t.decimal(20, 2),
      list: t.array(t.long),
    })
    const message = new A({
      fixed: new Uint8Array(4),
      time: 86_399_999_999,
      date: '2016-11-08',
      union: new CardPayment({ card: 'x' }),
      period: { months: 1, days: 2, milliseconds: 3 },
      amount: '-12.5',
      bytes: Uint8Array.of(1, 2, 3),
      decimal: '123456789.01',
      list: [2n ** 62n],
    })
    const { bytes, reader } = await written(message)
    expect(reader.decode(definitionOf(A), bytes)).toEqual(message)
    for (let length = 5; length < bytes.length; length++) {
      expect(() => reader.decode(definitionOf(A), bytes.subarray(0, length))).toThrow(/^RECORD_CUT_OFF/)
    }
  })

  test('is plain data for tools, whatever its types', async () => {
    const A = event('shop.A', { either: t.union(CardPayment, CashPayment), day: t.date, id: t.fixedUuid('F') })
    const registry = openRegistry()
    const id = '0189d2d5-7f6a-7c31-8a5e-0123456789ab'
    const { bytes, reader } = await written(new A({ either: new CashPayment({ given: '1' }), day: '2016-11-08', id: id.toUpperCase() }), registry)
    expect(reader.decodePlain(bytes).fields).toStrictEqual({ either: { given: '1' }, day: '2016-11-08', id })
  })

  test('that Avro calls an error is read like any other', async () => {
    const registry = openRegistry()
    const id = await registry.register('other', '{"type":"error","name":"shop.A","fields":[{"name":"v","type":"int"}]}')
    const { bytes, reader } = await written(new (event('shop.A', { v: t.int }))({ v: 5 }), registry)
    bytes.writeUInt32BE(id, 1)
    await reader.learn(bytes)
    expect(reader.decode(definitionOf(event('shop.A', { v: t.long })), bytes)).toEqual({ v: 5n })
    expect(reader.decodePlain(bytes).fields).toStrictEqual({ v: 5 })
  })

  test('of a value that two classes have the name of is read as the class that the message names', async () => {
    const One = value('shop.V', { a: t.int })
    const Two = value('shop.V', { a: t.long })
    expect(await convert(t.record(One), new One({ a: 5 }), t.record(Two))).toEqual(new Two({ a: 5n }))
  })
})
