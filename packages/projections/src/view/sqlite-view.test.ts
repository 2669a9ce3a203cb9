import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { SqliteView } from './sqlite-view.js'

const schema = `
create table orders (id text primary key, status text not null, total text not null default '0', note text);
create table lines (order_id text, product_id text, quantity integer, primary key (order_id, product_id)) without rowid;
create table seen (id text);
create table "odd ""name" (id integer primary key, "select" text, double integer generated always as (id * 2));
create table anything (id integer primary key, value);
create table ottla_view (id text);`

let database: Database.Database
let view: SqliteView

beforeEach(() => {
  database = new Database(':memory:')
  database.exec(schema)
  view = new SqliteView(database, 'shop')
})

const orders = () => database.prepare('select * from orders order by id').all()
const kept = (value: unknown) => {
  view.upsert('anything', { id: 1, value: value as string })
  return database.prepare('select value, typeof(value) as type from anything').get()
}

describe('upsert', () => {
  it('inserts a row that is new', () => {
    view.upsert('orders', { id: 'a', status: 'placed', note: undefined })
    expect(orders()).toEqual([{ id: 'a', status: 'placed', total: '0', note: null }])
  })

  it('leaves the other columns of an existing row as they are, also those that must not be null', () => {
    view.insert('orders', { id: 'a', status: 'placed', total: '12.50', note: 'x' })
    view.upsert('orders', { id: 'a', note: 'y' })
    expect(orders()).toEqual([{ id: 'a', status: 'placed', total: '12.50', note: 'y' }])
  })

  it('finds a row by a key of several columns', () => {
    for (const quantity of [1, 2]) view.upsert('lines', { order_id: 'a', product_id: 'p', quantity })
    view.upsert('lines', { order_id: 'a', product_id: 'q', quantity: 3 })
    expect(database.prepare('select quantity from lines order by product_id').pluck().all()).toEqual([2, 3])
  })

  it('does nothing to an existing row where only the key is given', () => {
    view.upsert('lines', { order_id: 'a', product_id: 'p', quantity: 1 })
    view.upsert('lines', { order_id: 'a', product_id: 'p' })
    expect(database.prepare('select quantity from lines').pluck().all()).toEqual([1])
  })

  it('keeps apart rows of the same columns in another order', () => {
    view.upsert('orders', { id: 'a', status: 'placed' })
    view.upsert('orders', { status: 'b', id: 'c' })
    expect(orders()).toMatchObject([
      { id: 'a', status: 'placed' },
      { id: 'c', status: 'b' },
    ])
  })

  it.each([
    ['a key with a missing column', 'lines', { order_id: 'a' }],
    ['a key that is null', 'orders', { id: null, status: 'x' }],
    ['a table without a key', 'seen', { id: 'a' }],
  ])('refuses %s', (_, table, row) => expect(() => view.upsert(table, row)).toThrow(/^VIEW_KEY_INVALID/))
})

describe('insert', () => {
  it("throws SQLite's error when the key exists", () => {
    view.insert('orders', { id: 'a', status: 'placed' })
    expect(() => view.insert('orders', { id: 'a', status: 'placed' })).toThrow('UNIQUE constraint failed: orders.id')
  })

  it('serves tables and columns of any name', () => {
    view.insert('odd "name', { id: 2, select: 'x' })
    expect(view.get('select * from "odd ""name"')).toEqual({ id: 2, select: 'x', double: 4 })
  })
})

describe('update and delete', () => {
  beforeEach(() => {
    for (const product_id of ['p', 'q']) view.insert('lines', { order_id: 'a', product_id, quantity: 1 })
    view.insert('orders', { id: 'a', status: 'placed' })
  })

  it('take the value of the primary key', () => {
    expect(view.update('orders', 'a', { status: 'paid' })).toBe(1)
    expect(orders()).toMatchObject([{ status: 'paid' }])
    expect(view.delete('orders', 'a')).toBe(1)
    expect(orders()).toEqual([])
  })

  it('take columns with values and tell how many rows there were', () => {
    expect(view.update('lines', { order_id: 'a' }, { quantity: 5 })).toBe(2)
    expect(view.delete('lines', { order_id: 'a', product_id: 'q' })).toBe(1)
    expect(view.all('select * from lines')).toEqual([{ order_id: 'a', product_id: 'p', quantity: 5 }])
  })

  it('tell 0 for a row that is not there, or when nothing is changed', () => {
    expect(view.update('orders', 'z', { status: 'paid' })).toBe(0)
    expect(view.delete('orders', 'z')).toBe(0)
    expect(view.update('orders', 'a', {})).toBe(0)
  })

  it.each([
    ['a value for a key of two columns', 'lines', 'a'],
    ['no column at all, which would mean every row', 'lines', {}],
    ['null', 'orders', null],
    ['a column that is undefined', 'orders', { id: undefined }],
  ])('refuse %s as a key', (_, table, key) => {
    expect(() => view.update(table, key, { quantity: 1, status: 'x' })).toThrow(/^VIEW_KEY_INVALID/)
    expect(() => view.delete(table, key)).toThrow(/^VIEW_KEY_INVALID/)
  })
})

describe('names', () => {
  it.each<[string, () => unknown]>([
    ['an unknown table', () => view.insert('order', { id: 'a' })],
    ["a table of Ottla's", () => view.insert('ottla_view', { id: 'a' })],
    ["a table of SQLite's", () => view.insert('sqlite_master', { name: 'a' })],
    ['an unknown column in a row', () => view.upsert('orders', { id: 'a', state: 'placed' })],
    ['an unknown column in changes', () => view.update('orders', 'a', { state: 'placed' })],
    ['an unknown column in a key', () => view.delete('orders', { order: 'a' })],
    ['a generated column', () => view.insert('odd "name', { id: 1, double: 2 })],
  ])('refuses %s', (_, act) => expect(act).toThrow(/^VIEW_NAME_UNKNOWN/))
})

describe('values', () => {
  it.each([
    ['a whole number', 5, { value: 5, type: 'integer' }],
    ['a fraction', 1.5, { value: 1.5, type: 'real' }],
    ['a boolean', true, { value: 1, type: 'integer' }],
    ['a date', new Date(0), { value: '1970-01-01T00:00:00.000Z', type: 'text' }],
    ['bytes', new Uint8Array([1, 2]).subarray(1), { value: Buffer.from([2]), type: 'blob' }],
    ['undefined', undefined, { value: null, type: 'null' }],
  ])('keeps %s', (_, value, row) => expect(kept(value)).toEqual(row))

  it('keeps a whole number in a text column as its digits', () => {
    view.insert('orders', { id: 'a', status: 'x', total: 5 })
    expect(orders()).toMatchObject([{ total: '5' }])
  })

  it('gives whole numbers back exactly, beyond 2^53 as bigints', () => {
    view.insert('anything', { id: 1, value: 2n ** 60n + 1n })
    view.insert('anything', { id: 2, value: 7n })
    expect(view.all('select value from anything order by id')).toEqual([{ value: 2n ** 60n + 1n }, { value: 7 }])
    expect(view.get('select value from anything where id = ?', 2)).toEqual({ value: 7 })
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [{ amount: 1 }], [[1]], [new Map()], [new Date(Number.NaN)], [() => 1]])('refuses %s', value => {
    expect(() => kept(value)).toThrow(/^VIEW_VALUE_INVALID: View shop was given .* for column anything\.value/)
    expect(() => view.get('select ?', value as unknown as string)).toThrow(/for parameter 1 of "select \?"/)
  })
})

describe('SQL', () => {
  it('reads, writes and counts', () => {
    expect(view.run("insert into seen values ('a'), (?)", 'b')).toBe(2)
    expect(view.run('/* all */ -- of them\n update seen set id = id || ?', 'x')).toBe(2)
    expect(view.all('select id from seen order by id')).toEqual([{ id: 'ax' }, { id: 'bx' }])
    expect(view.get('with s as (select id from seen) select count(*) as n from s')).toEqual({ n: 2 })
    expect(view.get('delete from seen where id = ? returning id', 'ax')).toEqual({ id: 'ax' })
    expect(view.get('select 1 from seen where id = ?', 'ax')).toBeUndefined()
  })

  it.each([
    'commit',
    ' BEGIN',
    'rollback',
    'savepoint x',
    'attach ? as x',
    'pragma user_version = 1',
    'drop table orders',
    '--x\ncreate table x (y)',
    'delete from ottla_view',
    'vacuum',
    '',
  ])('refuses "%s"', sql => {
    expect(() => view.run(sql)).toThrow(/^VIEW_STATEMENT_REFUSED/)
    expect(() => view.get(sql)).toThrow(/^VIEW_STATEMENT_REFUSED/)
  })

  it('remembers that the disk was full, also where the handler goes on', () => {
    database.pragma('max_page_count = 20')
    expect(view.fault).toBeUndefined()
    expect(() => view.insert('seen', { id: 'x'.repeat(200_000) })).toThrow()
    expect(view.fault).toMatchObject({ code: 'SQLITE_FULL' })
  })

  it('does not take a broken constraint for a fault of the file', () => {
    view.insert('orders', { id: 'a', status: 'placed' })
    expect(() => view.insert('orders', { id: 'a', status: 'placed' })).toThrow()
    expect(view.fault).toBeUndefined()
  })
})
