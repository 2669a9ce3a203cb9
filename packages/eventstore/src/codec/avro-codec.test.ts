import { Event, event, Field, Message, type MessageClass, type MessageDefinition, messageDefinition, t, value } from '@ottla/core'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { EmbeddedRegistry } from '../embedded/embedded-registry.js'
import { AvroCodec } from './avro-codec.js'

const openRegistry = () => new EmbeddedRegistry(new Database(':memory:'), false)
const definitionOf = (message: unknown) => messageDefinition(message as MessageClass)

/** Writes with one class and gives the bytes to a codec that has never seen it, as another node's would be. */
async function written(message: object, registry = openRegistry()): Promise<{ bytes: Buffer; reader: AvroCodec }> {
  const writer = new AvroCodec(registry)
  const definition = definitionOf(message.constructor)
  await writer.prepare('shop.events', [definition])
  const bytes = writer.encode('shop.events', definition, message)
  const reader = new AvroCodec(registry)
  await reader.learn(bytes)
  return { bytes, reader }
}

const Line = value('shop.Line', { productId: t.string, quantity: t.int })

@Event('shop.OrderPlaced')
class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field(t.array(Line)) lines!: InstanceType<typeof Line>[]
  @Field(t.optional(t.string)) note?: string

  shout(): string {
    return this.orderId.toUpperCase()
  }
}

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

describe('another version of a message', () => {
  const v1 = event('shop.A', { id: t.string, count: t.int, gone: t.string })

  test('is read without the fields that this one no longer has, and with what it has become', async () => {
    const v2 = event('shop.A', { note: t.optional(t.string), count: t.long, id: t.string })
    const { bytes, reader } = await written(new v1({ id: 'a', count: -7, gone: 'x' }))
    expect(reader.decode(definitionOf(v2), bytes)).toStrictEqual(new v2({ note: undefined, count: -7n, id: 'a' }))
  })

  test('is read after a newer one was written', async () => {
    const v2 = event('shop.A', { id: t.string, count: t.int, gone: t.string, note: t.optional(t.string) })
    const { bytes, reader } = await written(new v2({ id: 'a', count: 1, gone: 'x', note: 'n' }))
    expect(reader.decode(definitionOf(v1), bytes)).toEqual({ id: 'a', count: 1, gone: 'x' })
  })

  test('is unreadable when a field without a default is missing in it', async () => {
    const v2 = event('shop.A', { id: t.string, must: t.string })
    const { bytes, reader } = await written(new v1({ id: 'a', count: 1, gone: 'x' }))
    for (let again = 0; again < 2; again++) {
      expect(() => reader.decode(definitionOf(v2), bytes)).toThrow(
        /^RECORD_UNREADABLE: The bytes of shop.A cannot be decoded \(it was written as .*no matching field/,
      )
    }
  })

  test('is unreadable when it is another message', async () => {
    const { bytes, reader } = await written(new v1({ id: 'a', count: 1, gone: 'x' }))
    expect(() => reader.decode(definitionOf(OrderPlaced), bytes)).toThrow(/^RECORD_UNREADABLE/)
  })

  const convert = async (from: ReturnType<typeof t.optional>, value: unknown, to: ReturnType<typeof t.optional>) => {
    const Before = event('shop.A', { v: from })
    const { bytes, reader } = await written(new Before({ v: value } as never))
    return (reader.decode(definitionOf(event('shop.A', { v: to })), bytes) as { v: unknown }).v
  }

  test('gives whole numbers rounded as their new type is', async () => {
    expect(await convert(t.long, -(2n ** 53n) + 3n, t.double)).toBe(-(2 ** 53) + 3)
    expect(await convert(t.long, 16_777_217n, t.float)).toBe(16_777_216)
    expect(await convert(t.int, 16_777_217, t.float)).toBe(16_777_216)
    expect(await convert(t.int, 5, t.double)).toBe(5)
  })

  test('gives decimals by the scale that they were written with, and refuses one that no longer fits', async () => {
    expect(await convert(t.decimal(10, 2), '1.5', t.decimal(14, 4))).toBe('1.5')
    expect(await convert(t.decimal(14, 4), '1.5', t.decimal(10, 2))).toBe('1.5')
    await expect(convert(t.decimal(14, 4), '1.505', t.decimal(10, 2))).rejects.toThrow(/^RECORD_UNREADABLE: .*1.505 does not fit/)
    await expect(convert(t.decimal(6, 0), '12345', t.decimal(4, 0))).rejects.toThrow(/^RECORD_UNREADABLE: .*12345 does not fit/)
  })

  test('gives what has become optional, and what was', async () => {
    expect(await convert(t.string, 'x', t.optional(t.string))).toBe('x')
    expect(await convert(t.array(t.optional(t.int)), [1, undefined], t.array(t.optional(t.long)))).toEqual([1n, undefined])
    expect(await convert(t.optional(t.string), undefined, t.optional(t.bytes))).toBeUndefined()
  })

  test('gives text and bytes as each other, and UUIDs from text only where they are some', async () => {
    expect(await convert(t.string, 'ab', t.bytes)).toEqual(new Uint8Array([97, 98]))
    expect(await convert(t.bytes, Buffer.from('ab'), t.string)).toBe('ab')
    expect(await convert(t.uuid, '0189d2d5-7f6a-7c31-8a5e-0123456789ab', t.string)).toBe('0189d2d5-7f6a-7c31-8a5e-0123456789ab')
    await expect(convert(t.string, 'no uuid', t.uuid)).rejects.toThrow(/^RECORD_UNREADABLE/)
  })

  test('gives times as longs and longs as times, but never another unit as milliseconds', async () => {
    expect(await convert(t.timestamp, new Date(5), t.long)).toBe(5n)
    expect(await convert(t.long, 5n, t.timestamp)).toEqual(new Date(5))
    const registry = openRegistry()
    const { bytes } = await written(new (event('shop.A', { v: t.long }))({ v: 5n }), registry)
    const micros = await registry.register(
      'other',
      '{"type":"record","name":"shop.A","fields":[{"name":"v","type":{"type":"long","logicalType":"timestamp-micros"}}]}',
    )
    bytes.writeUInt32BE(micros, 1)
    const codec = new AvroCodec(registry)
    await codec.learn(bytes)
    expect(() => codec.decode(definitionOf(event('shop.A', { v: t.timestamp })), bytes)).toThrow(/^RECORD_UNREADABLE/)
    expect(codec.decodePlain(bytes).fields).toEqual({ v: 5n })
  })

  test('with a symbol that this one does not know is unreadable, and with the others it is not', async () => {
    const before = t.enum('S', ['a', 'b'])
    const after = t.enum('S', ['b', 'c'])
    expect(await convert(before, 'b', after)).toBe('b')
    await expect(convert(before, 'a', after)).rejects.toThrow(/^RECORD_UNREADABLE: .*a is none of b, c/)
  })

  test('that nests its own kind is read', async () => {
    const registry = openRegistry()
    const node = (fields: string) => `{"type":"record","name":"shop.Node","fields":[${fields},{"name":"children","type":{"type":"array","items":"shop.Node"}}]}`
    const id = await registry.register(
      't-shop.Tree',
      `{"type":"record","name":"shop.Tree","fields":[{"name":"root","type":${node('{"name":"old","type":"int"}')}}]}`,
    )
    const Node = recursiveNode()
    const Tree = event('shop.Tree', { root: Node })
    const bytes = Buffer.from([0, 0, 0, 0, id, 2, 2, 4, 0, 0])
    const codec = new AvroCodec(registry)
    await codec.learn(bytes)
    const read = codec.decode(definitionOf(Tree), bytes) as { root: { children: object[] } }
    expect(read).toEqual({ root: { children: [{ children: [] }] } })
    expect(read.root.children[0]).toBeInstanceOf(Node)
  })
})

function recursiveNode() {
  @Event('shop.Node')
  class Node extends Message<Node> {
    @Field(t.array(Node)) children!: Node[]
  }
  return Node
}

describe('bytes that are damaged', () => {
  const read = async (change: (bytes: Buffer) => Buffer) => {
    const message = new OrderPlaced({ orderId: 'order-1', lines: [new Line({ productId: 'p', quantity: 300 })], note: 'n' })
    const { bytes, reader } = await written(message)
    return reader.decode(definitionOf(OrderPlaced), change(bytes))
  }
  const changed = (at: number, value: number) => (bytes: Buffer) => {
    bytes[at] = value
    return bytes
  }

  test('at every length short of the whole are unreadable', async () => {
    const { bytes } = await written(new OrderPlaced({ orderId: 'order-1', lines: [new Line({ productId: 'p', quantity: 300 })], note: 'n' }))
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(whole => whole.subarray(0, length))).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
    }
  })

  test('with something left over are unreadable', async () => {
    await expect(read(bytes => Buffer.concat([bytes, Buffer.from([0])]))).rejects.toThrow(/^RECORD_UNREADABLE: .*1 bytes are left over/)
  })

  test('with another magic byte are unreadable, and there is nothing to learn from them', async () => {
    await expect(read(changed(0, 1))).rejects.toThrow(/^RECORD_UNREADABLE: .*begins with 1/)
    const codec = new AvroCodec(openRegistry())
    expect(codec.knows(Buffer.from([1, 0, 0, 0, 1]))).toBe(true)
    await expect(codec.learn(Buffer.from([1, 0, 0, 0, 1]))).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
  })

  test('with a length below zero or beyond the end are unreadable', async () => {
    await expect(read(changed(5, 1))).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
    await expect(read(changed(5, 126))).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
  })

  test('with a string that is no UTF-8 are unreadable', async () => {
    await expect(read(changed(6, 0xff))).rejects.toThrow(/^RECORD_UNREADABLE: .*no UTF-8/)
  })

  test('with a huge count of items are unreadable at once, read or passed over', async () => {
    const Before = event('shop.A', { list: t.array(t.string), map: t.map(t.string) })
    const After = event('shop.A', { other: t.optional(t.string) })
    const { bytes, reader } = await written(new Before({ list: [], map: {} }))
    const huge = Buffer.from('fcffffffffffffff01', 'hex')
    const list = Buffer.concat([bytes.subarray(0, 5), huge])
    const map = Buffer.concat([bytes.subarray(0, 6), huge])
    for (const definition of [Before, After].map(definitionOf)) {
      for (const damaged of [list, map]) expect(() => reader.decode(definition, damaged)).toThrow(/^RECORD_UNREADABLE: .*longer than the record/)
    }
  })

  test('with a long of more than 64 bits are unreadable', async () => {
    const A = event('shop.A', { v: t.long })
    const { bytes, reader } = await written(new A({ v: 1n }))
    for (const long of ['ffffffffffffffffff02', 'ffffffffffffffffffff01']) {
      const damaged = Buffer.concat([bytes.subarray(0, 5), Buffer.from(long, 'hex')])
      expect(() => reader.decode(definitionOf(A), damaged)).toThrow(/^RECORD_UNREADABLE: .*more than 64 bits/)
    }
  })

  test('with a decimal, a time, a UUID or a symbol that is none are unreadable', async () => {
    const cases = [
      [t.decimal(3, 1), '9', '0603e801'],
      [t.decimal(3, 1), '9', '0403e8'],
      [t.decimal(3, 1), '9', '00'],
      [t.timestamp, new Date(0), 'ffffffffffffffffff01'],
      [t.uuid, '0189d2d5-7f6a-7c31-8a5e-0123456789ab', '0261'],
      [t.enum('S', ['a']), 'a', '02'],
      [t.optional(t.int), 1, '04'],
    ] as const
    for (const [type, value, damage] of cases) {
      const A = event('shop.A', { v: type as ReturnType<typeof t.optional> })
      const { bytes, reader } = await written(new A({ v: value } as never))
      const damaged = Buffer.concat([bytes.subarray(0, 5), Buffer.from(damage, 'hex')])
      expect(() => reader.decode(definitionOf(A), damaged)).toThrow(/^RECORD_UNREADABLE/)
    }
  })

  test('at random end in a message or in RECORD_UNREADABLE, and in no time', async () => {
    const message = new OrderPlaced({ orderId: 'order-1', lines: [new Line({ productId: 'p', quantity: 300 })], note: 'n' })
    const { bytes, reader } = await written(message)
    let seed = 7
    for (let round = 0; round < 20_000; round++) {
      const damaged = Buffer.from(bytes)
      for (let hits = 0; hits < 3; hits++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
        damaged[5 + ((seed >>> 8) % (bytes.length - 5))] = seed >>> 24
      }
      try {
        reader.decode(definitionOf(OrderPlaced), damaged)
      } catch (error) {
        expect(error).toMatchObject({ code: 'RECORD_UNREADABLE' })
      }
    }
  })
})

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
    const Node = recursiveNode()
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
    const registry = openRegistry()
    const broken = await registry.register('t-shop.OrderPlaced', '{"type":"recrod"}')
    const codec = new AvroCodec(registry)
    await codec.prepare('t', [definitionOf(OrderPlaced)])
    expect(() => codec.decode(definitionOf(OrderPlaced), Buffer.from([0, 0, 0, 0, broken]))).toThrow(
      /^RECORD_UNREADABLE: .*its schema cannot be parsed: unknown type/,
    )
    expect(() => codec.decodePlain(Buffer.from([0, 0, 0, 0, broken]))).toThrow(/^RECORD_UNREADABLE/)
  })

  test('must be prepared before messages are encoded', () => {
    const codec = new AvroCodec(openRegistry())
    expect(() => codec.encode('t', definitionOf(OrderPlaced), new OrderPlaced({ orderId: 'o', lines: [] }))).toThrow(
      /^SCHEMA_NOT_PREPARED: The schema of shop.OrderPlaced/,
    )
  })
})
