import type { Database, Statement } from 'better-sqlite3'

/** Prepared statements of one connection by their SQL. Bounded, because SQL that is put together with values in it never comes again. */
export class StatementCache {
  readonly #statements = new Map<string, Statement<unknown[], object>>()

  constructor(
    readonly database: Database,
    readonly limit = 500,
  ) {}

  /** The statement of this SQL; it reads whole numbers as bigints. `check` sees SQL that is new, and throws to refuse it. */
  get(sql: string, check?: (sql: string) => void): Statement<unknown[], object> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      check?.(sql)
      statement = this.database.prepare<unknown[], object>(sql)
      if (statement.reader) statement.safeIntegers(true)
      if (this.#statements.size >= this.limit) this.#statements.delete(this.#statements.keys().next().value as string)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
