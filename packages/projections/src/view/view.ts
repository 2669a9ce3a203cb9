import type { ViewResultRow, ViewRow, ViewValue } from './view-value.js'

/**
 * What a handler writes the rows of its view with. Everything it does belongs to the transaction that also moves the
 * view's checkpoint: it is kept with the event as a whole or not at all.
 *
 * Whole numbers are kept as integers, dates as ISO text, booleans as 1 and 0. Keep exact decimals as text and add them
 * with a library for decimals: SQLite's `sum()` over text is floating point. Names and values that do not fit the schema
 * are VIEW_NAME_UNKNOWN, VIEW_KEY_INVALID and VIEW_VALUE_INVALID.
 *
 * A class and no interface, so that decorated methods can name it without `import type`.
 */
export abstract class View {
  /**
   * Writes a row by its primary key: where it exists, the given columns are changed and the others stay as they are; where
   * it does not, it is inserted.
   */
  abstract upsert(table: string, row: ViewRow): void

  /** Inserts a row; throws SQLite's error when its key exists already. */
  abstract insert(table: string, row: ViewRow): void

  /**
   * Changes the rows with this key and returns how many there were. `key` is the value of the primary key, or columns with
   * their values: `view.update('stock', { product_id: id }, { reserved: 3 })`.
   */
  abstract update(table: string, key: ViewValue | ViewRow, changes: ViewRow): number

  /** Deletes the rows with this key, given as for `update`, and returns how many there were. */
  abstract delete(table: string, key: ViewValue | ViewRow): number

  /** The first row of a query, or undefined. It sees what earlier events wrote, in this transaction too. */
  abstract get<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): T | undefined

  /** All rows of a query. Name an order when it matters. */
  abstract all<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): T[]

  /**
   * Runs an insert, update or delete in SQL of your own and returns how many rows it changed. Anything else is
   * VIEW_STATEMENT_REFUSED, and so is SQL that names a table of Ottla's.
   */
  abstract run(sql: string, ...parameters: readonly ViewValue[]): number
}
