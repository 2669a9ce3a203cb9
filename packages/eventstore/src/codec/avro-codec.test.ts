import { Event, event, Field, Message, t, value } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import type { SchemaRegistry } from '../registry/schema-registry.js'
import { AvroCodec } from './avro-codec.js'
import { definitionOf, Line, OrderPlaced, openRegistry, written } from './codec.fixture.js'

describe('the bytes', () => {
  test("begin with 0 and the schema's id in four bytes, as Confluent's do", async () => {
    const registry = openRegistry()
    await registry.register('other', '"string"')
    const { bytes } = await written(new OrderPlaced({ orderId: 'o', lines: [] }), registry)
    expect(bytes.toString('hex')).toBe(`00${'00000002'}${'026f'}${'00'}${'00'}`)
  })

  /** Made with org.apache.avro:avro:1.12.1 (GenericDatumWriter, Conversions.DecimalConversion) from this schema and these values. */
  const java =
    '4830313839643264352d376636612d376333312d386135652d30313233343536373839616212c3a9e282acf09f9880017fffffffffffffffffff01cdcccc3d0000000000000080' +
    '0400fff6a1abfef96202021e4655522d424f2d31303030313739380627f8d012f94eb1607ed0c993c70002026b8280808080808010000002020000020002ff0200'
  const status = t.enum('Status', ['open', 'closed'])
  const Amounts = value('shop.Line', { productId: t.string, amount: t.decimal(14, 4), big: t.decimal(30, 1) })
  const All = event('shop.All', {
    orderId: t.uuid,
    text: t.string,
    yes: t.boolean,
    int: t.int,
    long: t.long,
    float: t.float,
    double: t.double,
    bytes: t.bytes,
    at: t.timestamp,
    status,
    lines: t.array(Amounts),
    tags: t.map(t.long),
    note: t.optional(t.string),
    again: t.optional(t.array(status)),
    first: t.optional(Amounts),
  })
  const all = {
    orderId: '0189d2d5-7f6a-7c31-8a5e-0123456789ab',
    text: 'é€😀',
    yes: true,
    int: -64,
    long: -(2n ** 63n),
    float: 0.1,
    double: -0,
    bytes: new Uint8Array([0, 255]),
    at: new Date(1_700_000_000_123),
    status: 'closed' as const,
    lines: [new Amounts({ productId: 'FUR-BO-10001798', amount: '261.96', big: '-12345678901234567890.5' })],
    tags: { k: 4_503_599_627_370_497n },
    again: ['open' as const],
    first: new Amounts({ productId: '', amount: '-0.0001', big: '0' }),
  }

  test('are those that the Java implementation writes', async () => {
    const { bytes } = await written(new All(all))
    expect(bytes.subarray(5).toString('hex')).toBe(java)
  })

  test('of the Java implementation are read', async () => {
    const { bytes, reader } = await written(new All(all))
    const read = reader.decode(definitionOf(All), Buffer.concat([bytes.subarray(0, 5), Buffer.from(java, 'hex')]))
    expect(read).toEqual({ ...all, float: Math.fround(0.1), note: undefined })
  })

  test('of a long message and of those after it are whole', async () => {
    const codec = new AvroCodec(openRegistry())
    const definition = definitionOf(OrderPlaced)
    await codec.prepare('t', [definition])
    const ids = Array.from({ length: 400 }, (_, index) => String(index).repeat(1 + index * 5))
    const bytes = ids.map(orderId => codec.encode('t', definition, new OrderPlaced({ orderId, lines: [] })))
    expect(bytes.map(each => (codec.decode(definition, each) as OrderPlaced).orderId)).toEqual(ids)
  })
})

describe('a decoded message', () => {
  test('is an instance of its class, and so are the values in it', async () => {
    const { bytes, reader } = await written(new OrderPlaced({ orderId: 'o-1', lines: [new Line({ productId: 'p', quantity: 2 })] }))
    const read = reader.decode(definitionOf(OrderPlaced), bytes) as OrderPlaced
    expect(read).toBeInstanceOf(OrderPlaced)
    expect(read.lines[0]).toBeInstanceOf(Line)
    expect(read.shout()).toBe('O-1')
  })

  test('is made without running its constructor', async () => {
    let made = 0
    @Event('shop.Counted')
    class Counted extends Message<Counted> {
      @Field(t.string) id = made++ === 0 ? 'first' : 'later'
    }
    const { bytes, reader } = await written(new Counted({ id: 'x' }))
    expect(reader.decode(definitionOf(Counted), bytes)).toEqual({ id: 'x' })
    expect(made).toBe(1)
  })

  test('may be read by any class that the schema fits', async () => {
    const { bytes, reader } = await written(new OrderPlaced({ orderId: 'o-1', lines: [] }))
    const Other = event('shop.OrderPlaced', { orderId: t.string })
    expect(reader.decode(definitionOf(Other), bytes)).toEqual(new Other({ orderId: 'o-1' }))
  })

  test('is plain data with the name of its type where there is no class for it', async () => {
    const { bytes, reader } = await written(new OrderPlaced({ orderId: 'o-1', lines: [new Line({ productId: 'p', quantity: 2 })] }))
    const { type, fields } = reader.decodePlain(bytes)
    expect(type).toBe('shop.OrderPlaced')
    expect(fields).toStrictEqual({ orderId: 'o-1', lines: [{ productId: 'p', quantity: 2 }], note: undefined })
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
  })
})

describe('schemas', () => {
  test('are registered under the topic and the name of the message', async () => {
    const registry = openRegistry()
    await new AvroCodec(registry).prepare('shop.events', [definitionOf(OrderPlaced)])
    expect(await registry.subjects()).toEqual(['shop.events-shop.OrderPlaced'])
  })

  test('have one id in every topic', async () => {
    const codec = new AvroCodec(openRegistry())
    const definition = definitionOf(OrderPlaced)
    await codec.prepare('a', [definition])
    await codec.prepare('b', [definition])
    const message = new OrderPlaced({ orderId: 'o', lines: [] })
    expect(codec.encode('a', definition, message)).toEqual(codec.encode('b', definition, message))
  })

  test('of all versions of a subject are known once it is prepared', async () => {
    const registry = openRegistry()
    const v1 = event('shop.A', { id: t.string })
    const v2 = event('shop.A', { id: t.string, note: t.optional(t.string) })
    const older = new AvroCodec(registry)
    await older.prepare('t', [definitionOf(v1)])
    const bytes = older.encode('t', definitionOf(v1), new v1({ id: 'a' }))
    const codec = new AvroCodec(registry)
    expect(codec.knows(bytes)).toBe(false)
    await codec.prepare('t', [definitionOf(v2)])
    expect(codec.knows(bytes)).toBe(true)
    expect(codec.decode(definitionOf(v2), bytes)).toEqual({ id: 'a', note: undefined })
  })

  test('that are not known make decoding fail until they are learned', async () => {
    const registry = openRegistry()
    const { bytes } = await written(new OrderPlaced({ orderId: 'o', lines: [] }), registry)
    const codec = new AvroCodec(registry)
    expect(() => codec.decode(definitionOf(OrderPlaced), bytes)).toThrow(/^SCHEMA_UNKNOWN: The registry has no schema 1/)
    await Promise.all([codec.learn(bytes), codec.learn(new Uint8Array(bytes))])
    expect(codec.decode(definitionOf(OrderPlaced), new Uint8Array(bytes))).toMatchObject({ orderId: 'o' })
  })

  test('that the registry does not have cannot be learned', async () => {
    const codec = new AvroCodec(openRegistry())
    await expect(codec.learn(Buffer.from([0, 0, 0, 0, 9]))).rejects.toThrow(/^SCHEMA_UNKNOWN: The registry has no schema 9/)
  })

  test('that cannot be parsed make their own records unreadable and nothing else', async () => {
    const broken = 9
    const registry: SchemaRegistry = Object.create(openRegistry(), {
      schemaById: { value: async (id: number) => ({ id, schema: '{"type":"recrod"}' }) },
    })
    const codec = new AvroCodec(registry)
    await codec.learn(Buffer.from([0, 0, 0, 0, broken]))
    expect(() => codec.decode(definitionOf(OrderPlaced), Buffer.from([0, 0, 0, 0, broken]))).toThrow(
      /^RECORD_SCHEMA_INVALID: .*schema that is none \(unknown type/,
    )
    expect(() => codec.decodePlain(Buffer.from([0, 0, 0, 0, broken]))).toThrow(/^RECORD_SCHEMA_INVALID/)
  })

  test('must be prepared before messages are encoded', () => {
    const codec = new AvroCodec(openRegistry())
    expect(() => codec.encode('t', definitionOf(OrderPlaced), new OrderPlaced({ orderId: 'o', lines: [] }))).toThrow(
      /^SCHEMA_NOT_PREPARED: The schema of shop.OrderPlaced/,
    )
  })
})
