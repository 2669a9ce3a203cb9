import { expect, test } from 'vitest'
import { parseSchema } from './parse-schema.js'

const record = (name: string, fields: Readonly<Record<string, unknown>>) => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
})
const parse = (schema: unknown) => () => parseSchema(JSON.stringify(schema))

// As Java's parser of 1.12.1 takes and refuses them; tests/kafka/compatibility asks it about random ones.
test('a name inside a namespace may mean a complete type without one', () => {
  expect(parse(record('Root', { a: { type: 'fixed', name: 'F', size: 1 }, b: record('shop.Part', { f: 'F' }) }))).not.toThrow()
})

test('a name inside a namespace does not mean the record without one around it', () => {
  expect(parse(record('Root', { part: record('shop.Part', { root: 'Root' }) }))).toThrow(/^SCHEMA_INVALID: .*the type Root is not defined/)
  expect(parse(record('shop.Root', { part: record('shop.Part', { root: 'Root' }) }))).not.toThrow()
  expect(parse(record('Root', { part: record('Part', { root: 'Root' }) }))).not.toThrow()
})

test('a name may come before its definition in the same namespace', () => {
  expect(parse(record('shop.Root', { first: 'Part', part: record('Part', {}) }))).not.toThrow()
  expect(parse(record('shop.Root', { first: 'Part', part: { ...record('Part', {}), namespace: '' } }))).toThrow(/the type Part is not defined/)
})
