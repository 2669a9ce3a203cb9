import type { OttlaError } from '@ottla/core'
import type { TopicOffset } from '@ottla/eventstore'
import type { Database } from 'better-sqlite3'
import { projectionErrors } from '../projection-errors.js'
import { fileFault, sqliteCode } from './sqlite-fault.js'
import { StatementCache } from './statement-cache.js'
import { openViewForReading } from './view-file.js'
import { readCheckpoints, readMeta } from './view-meta.js'
import { fromSql, toSql, type ViewResultRow, type ViewValue } from './view-value.js'

/** An event that a view has left out: a row of its table `ottla_failure`. */
export interface ViewFailure extends TopicOffset {
  readonly eventType: string
  readonly eventId: string
  readonly error: string
}

/** What a view file says of itself. */
export interface ViewStatus {
  readonly name: string
  readonly version: number
  /** Where the view begins to read next, per partition. */
  readonly position: readonly TopicOffset[]
  /** VIEW_DEGRADED with the first reason, when events were left out. */
  readonly problem?: OttlaError
  /** The first thousand events that were left out. */
  readonly failures: readonly ViewFailure[]
}

/**
 * Reads a view, in this process or any other, while it is being written: a read-only SQLite connection. Each call sees the
 * newest committed rows; rows always agree with the view's position.
 *
 * Whole numbers beyond 2^53 come as bigints, exact decimals as the text that the handlers wrote. A wrong query is
 * VIEW_QUERY_FAILED, a broken file VIEW_DAMAGED.
 */
export class ViewReader {
  readonly #database: Database
  readonly #cache: StatementCache

  /** Opens the view file for reading. Throws VIEW_MISSING, VIEW_DAMAGED, VIEW_UNAVAILABLE. */
  constructor(
    readonly file: string,
    readonly name: string,
  ) {
    this.#database = openViewForReading(file, name)
    this.#cache = new StatementCache(this.#database)
  }

  /** The first row of a query, or undefined. */
  get<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): T | undefined {
    const row = this.#guarded(sql, () => this.#cache.get(sql).get(...this.#bound(sql, parameters)))
    return row && (fromSql(row) as T)
  }

  /** All rows of a query. */
  all<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): T[] {
    return this.#guarded(sql, () => this.#cache.get(sql).all(...this.#bound(sql, parameters))).map(fromSql) as T[]
  }

  /**
   * The rows of a query one by one, all from the moment of the first: for results that are larger than memory. It has a
   * connection of its own, so that other queries go on seeing new rows, which is closed when the iteration ends.
   */
  *iterate<T = ViewResultRow>(sql: string, ...parameters: readonly ViewValue[]): IterableIterator<T> {
    const database = openViewForReading(this.file, this.name)
    let rows: IterableIterator<object> | undefined
    try {
      rows = this.#guarded(sql, () => new StatementCache(database).get(sql).iterate(...this.#bound(sql, parameters)))
      for (;;) {
        const row = this.#guarded(sql, () => (rows as IterableIterator<object>).next())
        if (row.done) return
        yield fromSql(row.value) as T
      }
    } finally {
      rows?.return?.()
      database.close()
    }
  }

  /** What the view says of itself now: version, position, and what was left out. */
  status(): ViewStatus {
    return this.#guarded(
      'ottla_view',
      this.#database.transaction(() => {
        const meta = readMeta(this.#database)
        if (typeof meta === 'string') throw projectionErrors.create('VIEW_DAMAGED', { file: this.file, error: 'its table ottla_view is empty' })
        const { name, version, failures, degraded } = meta
        return {
          name,
          version,
          position: readCheckpoints(this.#database).map(({ topic, partition, offset }) => ({ topic, partition, offset })),
          problem: degraded === undefined ? undefined : projectionErrors.create('VIEW_DEGRADED', { view: name, failures, reason: degraded }),
          failures:
            failures === 0
              ? []
              : this.all<ViewFailure>(
                  'select topic, partition, offset, event_type as eventType, event_id as eventId, error from ottla_failure order by 1, 2, 3',
                ),
        }
      }),
    )
  }

  /** Closes the connection. */
  close(): void {
    this.#database.close()
  }

  #bound(sql: string, parameters: readonly ViewValue[]) {
    return parameters.map((value, index) => {
      const bound = toSql(value)
      if (bound !== undefined) return bound
      throw projectionErrors.create('VIEW_VALUE_INVALID', { view: this.name, value: typeof value, place: `parameter ${index + 1} of "${sql}"` })
    })
  }

  #guarded<T>(sql: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof Error && error.name === 'OttlaError') throw error
      // What this connection is not allowed to do is wrong in the SQL, not in the file.
      const fault = sqliteCode(error) === 'SQLITE_READONLY' ? undefined : fileFault(error, this.file)
      throw fault ?? projectionErrors.create('VIEW_QUERY_FAILED', { view: this.name, sql, error }, { cause: error })
    }
  }
}
