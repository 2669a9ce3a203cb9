import { expect, test } from 'vitest'
import { canonicalSchema } from './canonical-schema.js'

test('schemas that differ in white space and order of keys have one text', () => {
  const one = '{"type": "record", "name": "shop.A", "fields": [{"type": "long", "name": "b", "default": 1}]}'
  const other = '{ "fields": [ { "default": 1, "name": "b", "type": "long" } ],\n "name": "shop.A", "type": "record" }'
  expect(canonicalSchema(one)).toBe(canonicalSchema(other))
  expect(canonicalSchema(one)).toBe('{"name":"shop.A","type":"record","fields":[{"name":"b","type":"long","default":1}]}')
})

test('whatever a schema says is kept, and the order of its fields and symbols too', () => {
  const schema =
    '{"name":"shop.A","type":"record","aliases":["B"],"doc":"d","fields":[{"name":"z","type":"int"},{"name":"a","type":{"name":"shop.E","type":"enum","symbols":["y","x"]}}],"mine":{"a":1}}'
  expect(canonicalSchema(schema)).toBe(schema)
})

test('names are written in full, and primitive types as one word, so that what Java gives back equals what was registered', () => {
  const registered = {
    name: 'shop.All',
    type: 'record',
    aliases: ['Older', 'x.Other'],
    fields: [
      { name: 'line', type: { name: 'shop.Line', type: 'record', fields: [{ name: 'next', type: ['null', 'shop.Line'], default: null }] } },
      { name: 'lines', type: { type: 'array', items: 'shop.Line' } },
      { name: 'map', type: { type: 'map', values: 'shop.Line' } },
      { name: 'free', type: { name: 'Free', type: 'enum', namespace: '', symbols: ['a'], default: 'a' } },
      { name: 'fixed', type: { name: 'other.F', type: 'fixed', size: 4 } },
      { name: 'text', type: 'string' },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, order: 'ignore' },
    ],
  }
  const java =
    '{"type":"record","name":"All","namespace":"shop","fields":[{"name":"line","type":{"type":"record","name":"Line","fields":[{"name":"next","type":["null","Line"],"default":null}]}},' +
    '{"name":"lines","type":{"type":"array","items":"Line"}},{"name":"map","type":{"type":"map","values":"Line"}},' +
    '{"name":"free","type":{"type":"enum","name":"Free","namespace":"","symbols":["a"],"default":"a"}},' +
    '{"name":"fixed","type":{"type":"fixed","name":"F","namespace":"other","size":4}},{"name":"text","type":{"type":"string"}},' +
    '{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"order":"ignore"}],"aliases":["shop.Older","x.Other"]}'
  expect(canonicalSchema(java)).toBe(canonicalSchema(JSON.stringify(registered)))
  expect(canonicalSchema(canonicalSchema(java))).toBe(canonicalSchema(java))
  expect(JSON.parse(canonicalSchema(java))).toEqual(registered)
})

test('names that say different things stay different', () => {
  const record = (name: object) => canonicalSchema(JSON.stringify({ type: 'record', name: 'A', ...name, fields: [] }))
  expect(new Set([record({}), record({ namespace: 'shop' }), record({ namespace: 'other' }), record({ name: 'B', namespace: 'shop' })]).size).toBe(4)
  expect(record({ name: 'shop.A', namespace: 'other' })).toBe(record({ namespace: 'shop' }))
})

test.each(['7', 'null', '{}', '{"type":"record"}', '{"type":"record","name":7,"fields":7}', '{"type":"record","name":"A","fields":[7]}'])(
  'JSON that is no schema stays what it is: %s',
  text => {
    expect(JSON.parse(canonicalSchema(text))).toEqual(JSON.parse(text))
  },
)

test('a schema of one word is its own text', () => {
  expect(canonicalSchema(' "string" ')).toBe('"string"')
})

test('a text that is no JSON is refused', () => {
  expect(() => canonicalSchema('{"type":')).toThrow(/^SCHEMA_INVALID: The schema \{"type":/)
})
