import { event, type MessageDefinition, t, value } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import { AvroCodec } from './avro-codec.js'
import { definitionOf, Line, Node, OrderPlaced, openRegistry } from './codec.fixture.js'

describe('a value that does not fit', () => {
  const cases: readonly [string, ReturnType<typeof t.optional>, unknown][] = [
    ['string', t.string, 7],
    ['string with half a character', t.string, '\ud83d'],
    ['boolean', t.boolean, 'true'],
    ['int', t.int, 2 ** 31],
    ['long', t.long, 5],
    ['long beyond 64 bits', t.long, 2n ** 63n],
    ['float', t.float, '1'],
    ['double', t.double, 1n],
    ['bytes', t.bytes, 'ab'],
    ['uuid', t.uuid, '0189d2d5'],
    ['timestamp', t.timestamp, new Date(Number.NaN)],
    ['decimal of too many digits', t.decimal(4, 2), '100'],
    ['decimal of too many digits behind the point', t.decimal(4, 2), '1.005'],
    ['long decimal', t.decimal(20, 2), '1000000000000000000'],
    ['decimal that is a number', t.decimal(4, 2), 1.5],
    ['decimal with an exponent', t.decimal(4, 2), '1e1'],
    ['enum', t.enum('S', ['a']), 'constructor'],
    ['array', t.array(t.int), { length: 0 }],
    ['map', t.map(t.int), new Map([['a', 1]])],
    ['map with half a character', t.map(t.int), { '\ud83d': 1 }],
    ['record', t.record(Line), 'x'],
    ['field of a record', t.record(Line), { productId: 'p' }],
  ]

  test.each(cases)('of type %s is refused with its path', async (_, type, value) => {
    const A = event('shop.A', { v: type })
    const codec = new AvroCodec(openRegistry())
    await codec.prepare('t', [definitionOf(A)])
    expect(() => codec.encode('t', definitionOf(A), new A({ v: value } as never))).toThrow(/^MESSAGE_INVALID: shop.A does not fit its definition: v/)
  })

  test('because it has more empty items than a reader would believe is refused', async () => {
    const A = event('shop.A', { list: t.array(value('shop.Empty', {})) })
    const codec = new AvroCodec(openRegistry())
    const definition = definitionOf(A)
    await codec.prepare('t', [definition])
    const encode = (length: number) => codec.encode('t', definition, new A({ list: Array.from({ length }, () => ({})) }))
    expect((codec.decode(definition, encode(65_000)) as { list: unknown[] }).list).toHaveLength(65_000)
    expect(() => encode(70_000)).toThrow(/^MESSAGE_INVALID: .*empty values/)
  })

  test('because it holds itself is refused', async () => {
    const root = new Node({ children: [] })
    root.children.push(root)
    const codec = new AvroCodec(openRegistry())
    await codec.prepare('t', [definitionOf(Node)])
    expect(() => codec.encode('t', definitionOf(Node), root)).toThrow(/^MESSAGE_INVALID: .*holds itself/)
  })

  test('leaves nothing behind in the messages after it', async () => {
    const codec = new AvroCodec(openRegistry())
    const definition = definitionOf(OrderPlaced) as MessageDefinition<OrderPlaced>
    await codec.prepare('t', [definition])
    expect(() => codec.encode('t', definition, { orderId: 'o', lines: 'none' })).toThrow(/^MESSAGE_INVALID/)
    expect(codec.decode(definition, codec.encode('t', definition, new OrderPlaced({ orderId: 'o', lines: [] }))).orderId).toBe('o')
  })
})
