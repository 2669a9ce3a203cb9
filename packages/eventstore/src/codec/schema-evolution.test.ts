import { event, t } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import { AvroCodec } from './avro-codec.js'
import { definitionOf, Node, OrderPlaced, openRegistry, written } from './codec.fixture.js'

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
        /^RECORD_SCHEMA_DIFFERS: The bytes of shop.A were written with a schema that it cannot be read from \(.*no matching field.*; written as \{/,
      )
    }
  })

  test('is unreadable when it is another message', async () => {
    const { bytes, reader } = await written(new v1({ id: 'a', count: 1, gone: 'x' }))
    expect(() => reader.decode(definitionOf(OrderPlaced), bytes)).toThrow(/^RECORD_SCHEMA_DIFFERS/)
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
    expect(() => codec.decode(definitionOf(event('shop.A', { v: t.timestamp })), bytes)).toThrow(/^RECORD_SCHEMA_DIFFERS/)
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
    const Tree = event('shop.Tree', { root: Node })
    const bytes = Buffer.from([0, 0, 0, 0, id, 2, 2, 4, 0, 0])
    const codec = new AvroCodec(registry)
    await codec.learn(bytes)
    const read = codec.decode(definitionOf(Tree), bytes) as { root: { children: object[] } }
    expect(read).toEqual({ root: { children: [{ children: [] }] } })
    expect(read.root.children[0]).toBeInstanceOf(Node)
  })
})
