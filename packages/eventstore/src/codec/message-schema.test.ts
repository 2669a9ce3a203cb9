import { event, Field, type MessageClass, messageDefinition, t, Value, value } from '@ottla/core'
import { expect, test } from 'vitest'
import { messageSchema } from './message-schema.js'

const schemaOf = (message: unknown) => JSON.parse(messageSchema(messageDefinition(message as MessageClass)).text)
const typesOf = (message: unknown) => Object.fromEntries(schemaOf(message).fields.map((field: { name: string; type: unknown }) => [field.name, field.type]))

test('every type of a field is written as Avro has it', () => {
  const Everything = event('shop.Everything', {
    string: t.string,
    boolean: t.boolean,
    int: t.int,
    long: t.long,
    float: t.float,
    double: t.double,
    bytes: t.bytes,
    uuid: t.uuid,
    timestamp: t.timestamp,
    decimal: t.decimal(14, 4),
    enum: t.enum('shop.Status', ['open', 'closed']),
    array: t.array(t.string),
    map: t.map(t.long),
    optional: t.optional(t.string),
  })
  expect(typesOf(Everything)).toEqual({
    string: 'string',
    boolean: 'boolean',
    int: 'int',
    long: 'long',
    float: 'float',
    double: 'double',
    bytes: 'bytes',
    uuid: { type: 'string', logicalType: 'uuid' },
    timestamp: { type: 'long', logicalType: 'timestamp-millis' },
    decimal: { type: 'bytes', logicalType: 'decimal', precision: 14, scale: 4 },
    enum: { name: 'shop.Status', type: 'enum', symbols: ['open', 'closed'] },
    array: { type: 'array', items: 'string' },
    map: { type: 'map', values: 'long' },
    optional: ['null', 'string'],
  })
})

test('an optional field is null by default, so that a reader does without it', () => {
  expect(schemaOf(event('shop.A', { note: t.optional(t.string) })).fields).toEqual([{ name: 'note', type: ['null', 'string'], default: null }])
})

test('the record has the name of the message and its fields in the order of their declaration', () => {
  expect(messageSchema(messageDefinition(event('shop.A', { z: t.string, a: t.int }) as MessageClass)).text).toBe(
    '{"name":"shop.A","type":"record","fields":[{"name":"z","type":"string"},{"name":"a","type":"int"}]}',
  )
})

test('a type that occurs again is referred to by its name', () => {
  const Line = value('shop.Line', { productId: t.string })
  const status = t.enum('shop.Status', ['open'])
  expect(typesOf(event('shop.A', { first: Line, all: t.array(Line), before: status, after: t.optional(status) }))).toEqual({
    first: { name: 'shop.Line', type: 'record', fields: [{ name: 'productId', type: 'string' }] },
    all: { type: 'array', items: 'shop.Line' },
    before: { name: 'shop.Status', type: 'enum', symbols: ['open'] },
    after: ['null', 'shop.Status'],
  })
})

test('a value that holds values of its own kind refers to itself', () => {
  @Value('shop.Node')
  class Node {
    @Field(t.string) name!: string
    @Field(t.array(Node)) children!: Node[]
  }
  expect(typesOf(event('shop.Tree', { root: Node })).root).toEqual({
    name: 'shop.Node',
    type: 'record',
    fields: [
      { name: 'name', type: 'string' },
      { name: 'children', type: { type: 'array', items: 'shop.Node' } },
    ],
  })
})

test('a name without a namespace takes that of the record that names it', () => {
  const Address = value('common.Address', { kind: t.enum('Kind', ['home']) })
  const Line = value('Line', { address: Address, kind: t.enum('Kind', ['fast']) })
  const { line } = typesOf(event('shop.A', { line: Line })) as {
    line: { name: string; fields: { type: { name: string; fields: { type: { name: string } }[] } }[] }
  }
  expect(line.name).toBe('shop.Line')
  expect(line.fields[0]?.type.fields[0]?.type.name).toBe('common.Kind')
  expect(line.fields[1]?.type.name).toBe('shop.Kind')
})

test('two different types of one name are refused, naming the member', () => {
  const One = value('shop.Line', { a: t.string })
  const Two = value('shop.Line', { b: t.string })
  expect(() => schemaOf(event('shop.A', { one: One, two: Two }))).toThrow(
    /^MODEL_INVALID: Line: uses the name shop.Line, which another type of the same message has/,
  )
  expect(() => schemaOf(event('shop.B', { one: t.enum('S', ['a']), two: t.enum('S', ['b']) }))).toThrow(/^MODEL_INVALID: B.two: uses the name shop.S/)
})
