import { isOttlaError, type OttlaError } from '@ottla/core'
import type { LogRecord, RecordBatch, TopicOffset } from '@ottla/eventstore'
import type { Database, Statement } from 'better-sqlite3'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { projectionErrors } from '../projection-errors.js'
import { SqliteView } from '../view/sqlite-view.js'
import { guarded } from '../view/view-file.js'
import { readCheckpoints, readMeta, type ViewMeta } from '../view/view-meta.js'
import { type DecodedEvent, type HandledEvent, recordId } from './event-decoder.js'

/** How many left-out events a view lists; beyond that it only counts them. */
const listedFailures = 1000

/** Writes events into a view: rows and checkpoint in one SQLite transaction, so that they agree after any crash. */
export class ViewWriter {
  readonly #view: SqliteView
  readonly #begin: Statement
  readonly #commit: Statement
  readonly #rollback: Statement
  readonly #advance: Statement
  readonly #dataVersion: Statement<[], number>
  #knownVersion: number | undefined

  /** `database` holds the view's tables already; `file` is told in errors. */
  constructor(
    readonly database: Database,
    readonly file: string,
    readonly definition: ProjectionDefinition,
  ) {
    this.#view = new SqliteView(database, definition.name)
    this.#begin = database.prepare('begin immediate')
    this.#commit = database.prepare('commit')
    this.#rollback = database.prepare('rollback')
    this.#dataVersion = database.prepare<[], number>('pragma data_version').pluck()
    this.#advance = database.prepare(
      `insert into ottla_checkpoint (topic, partition, offset, last_offset, last_event) values (?, ?, ?, ?, ?)
       on conflict do update set offset = excluded.offset,
       last_offset = coalesce(excluded.last_offset, last_offset), last_event = coalesce(excluded.last_event, last_event)`,
    )
  }

  /** What the file says now. From here on `write` notices when another process changes the file. */
  load(): { readonly meta: ViewMeta | 'empty' | 'foreign'; readonly checkpoint: readonly TopicOffset[] } {
    return guarded(this.file, () =>
      this.database.transaction(() => {
        const meta = readMeta(this.database)
        this.#knownVersion = this.#dataVersion.get()
        return { meta, checkpoint: typeof meta === 'string' ? [] : readCheckpoints(this.database) }
      })(),
    )
  }

  /**
   * Writes these events and moves the checkpoint to the end of these batches, all or nothing. An event that was not decoded
   * or whose handler throws leaves nothing behind but a row in `ottla_failure`, and the view is marked degraded.
   *
   * Returns 'moved', having written nothing, when another process has changed the file since `load`. Throws SQLITE_BUSY of
   * SQLite when another process is writing, VIEW_FULL, VIEW_DAMAGED, VIEW_UNAVAILABLE.
   */
  write(events: readonly DecodedEvent[], batches: readonly RecordBatch[]): 'written' | 'moved' {
    return guarded(this.file, () => {
      // Savepoints cost a third of the time. Handlers are pure, so a transaction in which one throws is done again with them.
      const result = this.#transaction(events, batches, false)
      return result === 'thrown' ? (this.#transaction(events, batches, true) as 'written' | 'moved') : result
    })
  }

  #transaction(events: readonly DecodedEvent[], batches: readonly RecordBatch[], savepoints: boolean): 'written' | 'moved' | 'thrown' {
    this.#view.fault = undefined
    this.#begin.run()
    try {
      const result = this.#dataVersion.get() === this.#knownVersion ? this.#apply(events, savepoints) : 'moved'
      if (result === 'written') {
        for (const batch of batches) this.#moveTo(batch)
        this.#commit.run()
      } else this.#rollback.run()
      return result
    } catch (error) {
      if (this.database.inTransaction) this.#rollback.run()
      throw error
    }
  }

  #apply(events: readonly DecodedEvent[], savepoints: boolean): 'written' | 'thrown' {
    for (const decoded of events) {
      const error = isOttlaError(decoded.content) ? decoded.content : savepoints ? this.#handleInSavepoint(decoded) : this.#handle(decoded)
      if (this.#view.fault) throw this.#view.fault
      if (!error) continue
      if (!savepoints && error !== decoded.content) return 'thrown'
      this.#recordFailure(decoded, error)
    }
    return 'written'
  }

  #handleInSavepoint(decoded: DecodedEvent): OttlaError | undefined {
    this.database.exec('savepoint event')
    const error = this.#handle(decoded)
    // After a full disk SQLite may have ended the whole transaction, and the savepoint with it.
    if (this.#view.fault) return error
    this.database.exec(error ? 'rollback to event; release event' : 'release event')
    return error
  }

  #handle({ content }: DecodedEvent): OttlaError | undefined {
    const { handler, event, context } = content as HandledEvent
    const details = { member: handler.member, view: this.definition.name }
    try {
      const returned: unknown = handler.handle(event, this.#view, context)
      if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return undefined
      Promise.resolve(returned).catch(() => {})
      return projectionErrors.create('EVENT_HANDLER_NOT_SYNCHRONOUS', details)
    } catch (error) {
      return projectionErrors.create('EVENT_HANDLER_FAILED', { ...details, error }, { cause: error })
    }
  }

  #recordFailure({ record, type }: DecodedEvent, error: OttlaError): void {
    const { topic, partition, offset } = record
    this.database
      .prepare('insert or replace into ottla_failure select ?, ?, ?, ?, ?, ? where (select failures from ottla_view) < ?')
      .run(topic, partition, offset, type, recordId(record), error.message, listedFailures)
    this.database
      .prepare('update ottla_view set failures = failures + 1, degraded = coalesce(degraded, ?)')
      .run(`${error.message} (${type} at ${topic}-${partition}@${offset})`)
  }

  #moveTo({ topic, partition, next, records }: RecordBatch): void {
    const last: LogRecord | undefined = records[records.length - 1]
    this.#advance.run(topic, partition, next, last?.offset ?? null, last ? recordId(last) : null)
  }
}
