import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dropAll, swapIn } from './swap.js'

let folder: string
let live: Database.Database
let other: Database.Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  live = new Database(join(folder, 'live.sqlite'))
  live.pragma('journal_mode = wal')
  live.pragma('foreign_keys = off')
  live.exec("create table old (id); insert into old values ('old')")
  other = new Database(join(folder, 'live.sqlite'), { readonly: true })
})

afterEach(() => {
  live.close()
  other.close()
  rmSync(folder, { recursive: true })
})

function swap(sql: string): void {
  const file = join(folder, 'aside.sqlite')
  const aside = new Database(file)
  aside.exec(sql)
  aside.close()
  live.exec('begin immediate')
  swapIn(live, file)
  live.exec('commit; detach aside')
}

const all = (sql: string) => other.prepare(sql).all()

it('replaces tables, rows, indexes, views and triggers', () => {
  swap(`
    create table "select" (id text primary key, n integer, twice generated always as (n * 2) stored);
    create table log (id integer primary key autoincrement, text);
    create unique index by_n on "select" (n);
    create view big as select * from "select" where n > 1;
    create trigger logged after insert on "select" begin insert into log (text) values (new.id); end;
    create trigger through instead of insert on big begin insert into "select" (id, n) values (new.id, new.n); end;
    insert into "select" (id, n) values ('a', 1), ('b', 2);`)
  const objects = 'select type, name, sql from sqlite_master order by name'
  expect(all(objects)).toEqual(new Database(join(folder, 'aside.sqlite')).prepare(objects).all())
  expect(all('select * from big')).toEqual([{ id: 'b', n: 2, twice: 4 }])
  expect(all('select * from log')).toEqual([
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
  ])
  live.exec("insert into big values ('c', 3, null)")
  expect(all('select * from log where id > 2')).toEqual([{ id: 3, text: 'c' }])
  expect(() => live.exec(`insert into "select" (id, n) values ('d', 3)`)).toThrow('UNIQUE')
})

it('keeps the numbers of an autoincrement that were used and deleted', () => {
  live.exec('create table t (id integer primary key autoincrement); insert into t values (100)')
  swap('create table t (id integer primary key autoincrement); insert into t values (1), (7); delete from t where id = 7')
  live.exec('insert into t default values')
  expect(all('select id from t')).toEqual([{ id: 1 }, { id: 8 }])
})

it('keeps rowids, with which a full-text index finds the rows of its table', () => {
  const schema = `create table notes (text); create virtual table found using fts5(text, content='notes');`
  live.exec(`${schema} insert into notes values ('old'); insert into found (rowid, text) values (1, 'old')`)
  swap(`${schema}
    insert into notes values ('gone'), ('the quick fox'); delete from notes where text = 'gone';
    insert into found (rowid, text) select rowid, text from notes;`)
  expect(all("select rowid, text from found where found match 'quick'")).toEqual([{ rowid: 2, text: 'the quick fox' }])
  live.exec("insert into found (rowid, text) values (3, 'lazy')")
  live.exec("insert into found (found) values ('integrity-check')")
})

it('copies tables that reference each other, in any order', () => {
  live.exec('create table b (id primary key); create table a (b references b); insert into b values (9); insert into a values (9)')
  swap('create table a (b references b); create table b (id primary key); insert into b values (1); insert into a values (1)')
  expect(all('select * from a')).toEqual([{ b: 1 }])
  expect(all('pragma foreign_key_check')).toEqual([])
})

it('shows readers the old rows until the commit and the new ones after it', () => {
  const rows = other.prepare('select name from sqlite_master')
  const file = join(folder, 'aside.sqlite')
  const aside = new Database(file)
  aside.exec('create table new (id)')
  aside.close()
  live.exec('begin immediate')
  swapIn(live, file)
  expect(rows.all()).toEqual([{ name: 'old' }])
  live.exec('commit')
  expect(rows.all()).toEqual([{ name: 'new' }])
})

it('leaves everything as it was when it is rolled back', () => {
  live.exec('begin immediate')
  dropAll(live)
  expect(live.prepare('select * from sqlite_master').all()).toEqual([])
  live.exec('rollback')
  expect(all('select * from old')).toEqual([{ id: 'old' }])
})
