import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { compareViews } from './view-comparison.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function file(name: string, sql: string): string {
  const path = join(folder, name)
  const database = new Database(path)
  database.exec(`create table ottla_view (x); insert into ottla_view values ('${name}'); ${sql}`)
  database.close()
  return path
}

const table = 'create table t (id text primary key, n integer);'

it('finds no difference in rows that were inserted in another order', () => {
  const [a, b] = [file('a', `${table} insert into t values ('x', 1), ('y', 2)`), file('b', `${table} insert into t values ('y', 2), ('x', 1)`)]
  expect(compareViews(a, b)).toEqual([])
})

it('shows the rows that differ, up to a limit', () => {
  const [a, b] = [file('a', `${table} insert into t values ('x', 1), ('y', 2)`), file('b', `${table} insert into t values ('x', 3), ('y', 2), ('z', 0)`)]
  const differences = compareViews(a, b)
  expect(differences).toEqual([
    { table: 't', first: { id: 'x', n: 1n }, second: { id: 'x', n: 3n } },
    { table: 't', first: undefined, second: { id: 'z', n: 0n } },
  ])
  expect(compareViews(a, b, 1)).toEqual(differences.slice(0, 1))
})

it('compares bytes and tells text from numbers', () => {
  const [a, b] = [file('a', "create table t (v); insert into t values (x'01'), (1)"), file('b', "create table t (v); insert into t values (x'02'), ('1')")]
  expect(compareViews(a, b)).toHaveLength(2)
})

it('shows the rows of a table that only one of them has', () => {
  expect(compareViews(file('a', `${table} insert into t values ('x', 1)`), file('b', ''))).toEqual([
    { table: 't', first: { id: 'x', n: 1n }, second: undefined },
  ])
})
