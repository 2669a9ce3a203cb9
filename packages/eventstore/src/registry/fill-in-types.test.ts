import { expect, test } from 'vitest'
import { parseSchema } from '../compatibility/parse-schema.js'
import { canonicalSchema } from './canonical-schema.js'
import { fillInTypes } from './fill-in-types.js'

const canonical = (schema: unknown) => canonicalSchema(JSON.stringify(schema))
const line = { type: 'record', name: 'shop.Line', fields: [{ name: 'price', type: 'long' }] }
const filled = (schema: unknown, ...others: readonly unknown[]) => JSON.parse(fillInTypes(canonical(schema), others.map(canonical)))

test('a type of another schema stands where it is first named, and is named after that', () => {
  const fields = [
    { name: 'first', type: 'shop.Line' },
    { name: 'lines', type: { type: 'array', items: 'shop.Line' } },
    { name: 'more', type: { type: 'map', values: ['null', 'shop.Line'] } },
  ]
  const result = filled({ type: 'record', name: 'shop.Order', fields }, line)
  expect(result.fields[0].type).toEqual(line)
  expect(result.fields.slice(1)).toEqual(fields.slice(1))
  expect(() => parseSchema(JSON.stringify(result))).not.toThrow()
})

test('types that the other schema has inside are found too, and stand once', () => {
  const order = { type: 'record', name: 'shop.Order', fields: [{ name: 'line', type: line }] }
  const result = filled(['shop.Line', 'shop.Order'], order)
  expect(result).toEqual([line, { ...order, fields: [{ name: 'line', type: 'shop.Line' }] }])
})

test('a type that names itself is filled in once', () => {
  const node = { type: 'record', name: 'a.Node', fields: [{ name: 'next', type: ['null', 'a.Node'] }] }
  expect(filled({ type: 'array', items: 'a.Node' }, node)).toEqual({ type: 'array', items: node })
})

test('a type that the schema defines itself is its own, whatever the others say', () => {
  const named = { name: 'first', type: 'shop.Line' }
  const own = { type: 'record', name: 'b.All', fields: [named, { name: 'line', type: { ...line, fields: [] } }] }
  expect(filled(own, line)).toEqual(own)
})

test('a schema without names of others, and a name that nobody defines, stay as they are', () => {
  expect(filled(line, { type: 'record', name: 'x.Y', fields: [] })).toEqual(line)
  expect(filled({ type: 'array', items: 'x.Unknown' }, line)).toEqual({ type: 'array', items: 'x.Unknown' })
})

test('a name inside a namespace means the type of that namespace', () => {
  const order = { type: 'record', name: 'Order', namespace: 'shop', fields: [{ name: 'line', type: 'Line' }] }
  expect(filled(order, line).fields[0].type).toEqual(line)
})
