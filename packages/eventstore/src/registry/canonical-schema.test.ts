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
    '{"name":"shop.A","type":"record","aliases":["B"],"doc":"d","fields":[{"name":"z","type":"int"},{"name":"a","type":{"name":"E","type":"enum","symbols":["y","x"]}}],"mine":{"a":1}}'
  expect(canonicalSchema(schema)).toBe(schema)
})

test('a schema of one word is its own text', () => {
  expect(canonicalSchema(' "string" ')).toBe('"string"')
})

test('a text that is no JSON is refused', () => {
  expect(() => canonicalSchema('{"type":')).toThrow(/^SCHEMA_INVALID: The schema \{"type":/)
})
