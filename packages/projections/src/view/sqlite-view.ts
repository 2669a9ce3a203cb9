import type { Database, Statement } from 'better-sqlite3'
import { projectionErrors } from '../projection-errors.js'
import { fileFault } from './sqlite-fault.js'
import { StatementCache } from './statement-cache.js'
import { View } from './view.js'
import { quoted, quotedList, userTables, type ViewTable } from './view-table.js'
import { fromSql, toSql, type ViewResultRow, type ViewRow, type ViewValue } from './view-value.js'

type Bound = ReturnType<typeof toSql>
type Prepared = Statement<unknown[], object>

interface Upsert {
  /** Missing when the row has no column beside the key. */
  readonly update?: Prepared
  readonly insert: Prepared
  /** The columns in the order of the update's parameters. */
  readonly updated: readonly string[]
}

/** The view of one SQLite connection, which is in a transaction while a handler runs. Statements are prepared once. */
export class SqliteView extends View {
  /** Set when the file or the disk failed under a handler, even where the handler caught it: the transaction must not be committed. */
  fault: unknown
  readonly #tables: ReadonlyMap<string, ViewTable>
  readonly #cache: StatementCache
  readonly #upserts = new Map<string, Upsert>()

  /** `name` is told in errors. The tables must exist already. */
  constructor(
    database: Database,
    readonly name: string,
  ) {
    super()
    this.#cache = new StatementCache(database)
    this.#tables = new Map(userTables(database).map(table => [table.name, table]))
  }

  override upsert(table: string, row: ViewRow): void {
    const columns = Object.keys(row)
    const shape = `${table}\0${columns.join()}`
    let upsert = this.#upserts.get(shape)
    if (!upsert) {
      upsert = this.#prepareUpsert(this.#table(table), columns)
      this.#upserts.set(shape, upsert)
    }
    for (const column of this.#table(table).key) if (row[column] === null || row[column] === undefined) throw this.#noKey(table, row)
    if (upsert.update && this.#write(upsert.update, this.#values(table, row, upsert.updated)) > 0) return
    this.#write(upsert.insert, this.#values(table, row, columns))
  }

  override insert(table: string, row: ViewRow): void {
    const columns = Object.keys(row)
    this.#checkColumns(table, columns)
    this.#write(this.#cache.get(insertSql(table, columns)), this.#values(table, row, columns))
  }

  override update(table: string, key: ViewValue | ViewRow, changes: ViewRow): number {
    const by = this.#key(table, key)
    const columns = Object.keys(changes)
    this.#checkColumns(table, columns)
    if (columns.length === 0) return 0
    const sql = `update ${quoted(table)} set ${assignments(columns)} where ${conditions(Object.keys(by))}`
    return this.#write(this.#cache.get(sql), [...this.#values(table, changes, columns), ...this.#values(table, by, Object.keys(by))])
  }

  override delete(table: string, key: ViewValue | ViewRow): number {
    const by = this.#key(table, key)
    return this.#write(this.#cache.get(`delete from ${quoted(table)} where ${conditions(Object.keys(by))}`), this.#values(table, by, Object.keys(by)))
  }

  override get<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): T | undefined {
    const row = this.#watched(() => this.#prepare(sql).get(...this.#parameters(sql, parameters)))
    return row && (fromSql(row) as T)
  }

  override all<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): T[] {
    return this.#watched(() => this.#prepare(sql).all(...this.#parameters(sql, parameters))).map(fromSql) as T[]
  }

  override run(sql: string, ...parameters: readonly ViewValue[]): number {
    return this.#write(this.#prepare(sql), this.#parameters(sql, parameters))
  }

  #prepare(sql: string): Prepared {
    return this.#cache.get(sql, this.#refuse)
  }

  readonly #refuse = (sql: string): void => {
    const verb = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? ''
    const known = ['select', 'values', 'with', 'insert', 'update', 'delete', 'replace']
    const problem = known.includes(verb) ? (/\bottla_/i.test(sql) ? "it names a table of Ottla's" : '') : `it begins with none of ${known.join(', ')}`
    if (problem) throw projectionErrors.create('VIEW_STATEMENT_REFUSED', { view: this.name, sql, problem })
  }

  #write(statement: Prepared, values: readonly Bound[]): number {
    return this.#watched(() => statement.run(...values)).changes
  }

  #watched<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (fileFault(error, this.name)) this.fault ??= error
      throw error
    }
  }

  #table(name: string): ViewTable {
    const table = this.#tables.get(name)
    if (table) return table
    throw projectionErrors.create('VIEW_NAME_UNKNOWN', { view: this.name, name: `table ${name}`, known: [...this.#tables.keys()].join(', ') })
  }

  #checkColumns(table: string, columns: readonly string[]): void {
    const { columns: known } = this.#table(table)
    for (const column of columns) {
      if (!known.includes(column))
        throw projectionErrors.create('VIEW_NAME_UNKNOWN', { view: this.name, name: `column ${table}.${column}`, known: known.join(', ') })
    }
  }

  #key(table: string, key: ViewValue | ViewRow): ViewRow {
    const { key: primary } = this.#table(table)
    const isRow = typeof key === 'object' && key !== null && !(key instanceof Date) && !(key instanceof Uint8Array)
    const by: ViewRow = isRow ? key : primary.length === 1 ? { [primary[0] as string]: key } : {}
    const columns = Object.keys(by)
    this.#checkColumns(table, columns)
    if (columns.length === 0 || columns.some(column => by[column] === null || by[column] === undefined)) throw this.#noKey(table, key)
    return by
  }

  #prepareUpsert(table: ViewTable, columns: readonly string[]): Upsert {
    this.#checkColumns(table.name, columns)
    if (table.key.length === 0 || table.key.some(column => !columns.includes(column))) throw this.#noKey(table.name, columns)
    const changed = columns.filter(column => !table.key.includes(column))
    const prepare = (sql: string) => this.#cache.database.prepare<unknown[], object>(sql)
    // Update first: an insert with "on conflict" would fail on a not-null column that only the existing row has.
    return {
      update: changed.length > 0 ? prepare(`update ${quoted(table.name)} set ${assignments(changed)} where ${conditions(table.key)}`) : undefined,
      insert: prepare(`${insertSql(table.name, columns)}${changed.length > 0 ? '' : ` on conflict (${quotedList(table.key)}) do nothing`}`),
      updated: [...changed, ...table.key],
    }
  }

  #noKey(table: string, key: unknown) {
    const { key: primary } = this.#table(table)
    const problem = primary.length === 0 ? 'the table has no primary key' : `its primary key is ${primary.join(', ')}`
    return projectionErrors.create('VIEW_KEY_INVALID', { view: this.name, table, key, problem })
  }

  #values(table: string, row: ViewRow, columns: readonly string[]): Bound[] {
    return columns.map(column => this.#bind(row[column], `column ${table}.${column}`))
  }

  #parameters(sql: string, parameters: readonly ViewValue[]): Bound[] {
    return parameters.map((value, index) => this.#bind(value, `parameter ${index + 1} of "${sql}"`))
  }

  #bind(value: ViewValue, place: string): Bound {
    const bound = toSql(value)
    if (bound === undefined) throw projectionErrors.create('VIEW_VALUE_INVALID', { view: this.name, value: described(value), place })
    return bound
  }
}

/** What stands in an error for a value that cannot be kept; its class where it is an object, which may be large or circular. */
const described = (value: unknown): string => (typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value))

const insertSql = (table: string, columns: readonly string[]): string =>
  columns.length === 0
    ? `insert into ${quoted(table)} default values`
    : `insert into ${quoted(table)} (${quotedList(columns)}) values (${columns.map(() => '?').join(', ')})`

const assignments = (columns: readonly string[]): string => columns.map(column => `${quoted(column)} = ?`).join(', ')

const conditions = (columns: readonly string[]): string => columns.map(column => `${quoted(column)} = ?`).join(' and ')
