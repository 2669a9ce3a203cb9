import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EmbeddedRegistry } from './embedded-registry.js'

let folder: string
let file: string
let open: Database.Database[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  file = join(folder, 'log.sqlite')
  open = []
})

afterEach(() => {
  for (const database of open) database.close()
  rmSync(folder, { recursive: true })
})

function connect(options: Database.Options = {}): Database.Database {
  const database = new Database(file, options)
  open.push(database)
  return database
}

test('ids grow from 1 without a gap', async () => {
  const registry = new EmbeddedRegistry(connect(), false)
  expect(await registry.register('a', '"int"')).toBe(1)
  expect(await registry.register('b', '"int"')).toBe(1)
  expect(await registry.register('a', '"long"')).toBe(2)
})

test('schemas, ids and versions outlive the process', async () => {
  const first = connect()
  await new EmbeddedRegistry(first, false).register('a', '"int"')
  first.close()
  const registry = new EmbeddedRegistry(connect(), false)
  expect(await registry.schemaById(1)).toEqual({ id: 1, schema: '"int"' })
  expect(await registry.register('a', '"int"')).toBe(1)
  expect(await registry.register('a', '"long"')).toBe(2)
  expect(await registry.versions('a')).toHaveLength(2)
})

test('a reader sees what the writer registers while both are open', async () => {
  const writer = new EmbeddedRegistry(connect(), false)
  const reader = new EmbeddedRegistry(connect({ readonly: true }), true)
  await writer.register('a', '"int"')
  expect(await reader.schemaById(1)).toEqual({ id: 1, schema: '"int"' })
  expect(await reader.register('a', ' "int"')).toBe(1)
})

test('a reader registers nothing', async () => {
  await new EmbeddedRegistry(connect(), false).register('a', '"int"')
  const reader = new EmbeddedRegistry(connect({ readonly: true }), true)
  await expect(reader.register('b', '"int"')).rejects.toThrow(/^REGISTRY_READ_ONLY: .*log.sqlite is opened for reading only, and it has no such schema in b/)
})

test('a reader finds nothing in a file without a registry, and finds it once a writer has made it', async () => {
  connect().exec('create table other (a)')
  const reader = new EmbeddedRegistry(connect({ readonly: true }), true)
  expect(await reader.subjects()).toEqual([])
  expect(await reader.latest('a')).toBeUndefined()
  await expect(reader.schemaById(1)).rejects.toThrow(/^SCHEMA_UNKNOWN/)
  await new EmbeddedRegistry(connect(), false).register('a', '"int"')
  expect(await reader.subjects()).toEqual(['a'])
})

test('a registration takes part in a transaction of its connection', async () => {
  const database = connect()
  const registry = new EmbeddedRegistry(database, false)
  database.exec('begin')
  await registry.register('a', '"int"')
  database.exec('rollback')
  expect(await registry.subjects()).toEqual([])
})

test('a full disk is a clear error, and nothing of the registration is left', async () => {
  const database = connect()
  const registry = new EmbeddedRegistry(database, false)
  database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`)
  await expect(registry.register('a', JSON.stringify({ type: 'int', doc: 'x'.repeat(100_000) }))).rejects.toMatchObject({ code: 'LOG_FULL' })
  database.pragma('max_page_count = 1000000')
  expect(await registry.subjects()).toEqual([])
  expect(await registry.register('a', '"int"')).toBe(1)
})

/** The tables as Ottla made them before versions could be deleted. */
const olderTables = `
  create table registry_schemas (id integer primary key, schema text not null unique) strict;
  create table registry_versions (
    subject text not null, version integer not null, schema_id integer not null references registry_schemas (id), primary key (subject, version), unique (subject, schema_id)
  ) strict, without rowid;
  insert into registry_schemas values (1, '"int"');
  insert into registry_versions values ('a', 1, 1);
`

test('the file of an older Ottla is read as it is, and gets what it lacks when it is opened for writing', async () => {
  connect().exec(olderTables)
  const reader = new EmbeddedRegistry(connect({ readonly: true }), true)
  expect([await reader.versions('a'), await reader.subjects()]).toEqual([[{ id: 1, schema: '"int"' }], ['a']])
  expect(await reader.store().versions()).toEqual([{ subject: 'a', version: 1, id: 1, schema: '"int"', resolved: '"int"', references: [], deleted: false }])
  const writer = new EmbeddedRegistry(connect(), false)
  await writer.store().delete('a', [1])
  expect(await writer.subjects()).toEqual([])
  expect([await writer.versions('a'), await writer.register('a', '"int"'), (await writer.store().versions('a'))[0]?.version]).toEqual([[], 1, 2])
})

test('an app reads a schema that refers to other subjects with their types filled in', async () => {
  const registry = new EmbeddedRegistry(connect(), false)
  const line = '{"name":"shop.Line","type":"record","fields":[]}'
  await registry.register('line', line)
  const order = '{"name":"shop.Order","type":"record","fields":[{"name":"line","type":"shop.Line"}]}'
  const { id } = await registry.store().register('order', order, [{ name: 'shop.Line', subject: 'line', version: 1 }])
  const filledIn = order.replace('"shop.Line"', line)
  expect([await registry.schemaById(id), await registry.latest('order')]).toEqual([
    { id, schema: filledIn },
    { id, schema: filledIn },
  ])
  expect(await registry.check('order', order.replace('"shop.Line"', line.replace('[]', '[{"name":"must","type":"string"}]')))).toMatchObject({
    compatible: false,
  })
})
