import type { Clock, OttlaError } from '@ottla/core'
import type Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import { hasSqliteCode, logFailure } from '../folder/sqlite-failure.js'
import type { Commit, NewRecord } from '../log/log.js'
import type { BatchStore } from './batch-store.js'
import type { GroupOffsets } from './group-offsets.js'
import type { PartitionState } from './partition-state.js'
import type { TopicCatalog } from './topic-catalog.js'

/** Whose commit it is. */
export interface Committer {
  readonly id: string
  /** Why this writer may not commit, if so. */
  problem(): Error | undefined
  /** This and everything that it commits later is refused with `error`. */
  die(error: Error): void
}

export interface GroupCommitOptions {
  readonly database: Database.Database
  readonly catalog: TopicCatalog
  readonly batches: BatchStore
  readonly offsets: GroupOffsets
  readonly clock: Clock
  readonly maxRecordBytes: number
  /** Called after each COMMIT, when the writers have been answered. */
  readonly committed: () => void
}

interface Part {
  readonly writer: Committer
  readonly commit: Commit
  readonly resolve: (offsets: readonly number[]) => void
  readonly reject: (error: Error) => void
}

interface StagedPart extends Part {
  readonly offsets: readonly number[]
}

/**
 * What the writers commit in one turn of the event loop goes into one SQLite transaction, so that they share one fsync. Each part
 * is checked whole before the first row is written: what can be wrong with one of them (fenced, too large, unknown topic) is found
 * then and fails that one alone. What fails later is the file's trouble and everybody's.
 */
export class GroupCommit {
  private queue: Part[] = []
  private touched: PartitionState[] = []
  private readonly begin: Database.Statement
  private readonly commit: Database.Statement
  private readonly selectOpened: Database.Statement<[], number>
  private readonly opened: number

  constructor(private readonly options: GroupCommitOptions) {
    const { database } = options
    this.begin = database.prepare('begin immediate')
    this.commit = database.prepare('commit')
    this.selectOpened = database.prepare<[], number>("select value from log where name = 'opened'").pluck()
    this.opened = this.selectOpened.get() as number
  }

  /** Resolves with the records' offsets after COMMIT. */
  submit(writer: Committer, commit: Commit): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.queue.push({ writer, commit, resolve, reject })
      if (this.queue.length === 1) this.options.clock.nextTurn(() => this.flush())
    })
  }

  /** Commits what is queued now. */
  flush(): void {
    const parts = this.queue
    if (parts.length === 0) return
    this.queue = []
    const staged: StagedPart[] = []
    for (const part of parts) {
      try {
        staged.push({ ...part, offsets: this.stage(part) })
      } catch (error) {
        refuse(part, error as Error)
      }
    }
    if (staged.length > 0) this.write(staged)
  }

  private stage({ writer, commit }: Part): readonly number[] {
    const problem = writer.problem()
    if (problem) throw problem
    const { catalog } = this.options
    const partitions = commit.records.map(record => {
      this.checkSize(record)
      return catalog.partition(record)
    })
    for (const offset of commit.consumed?.offsets ?? []) catalog.partition(offset)
    // From here on nothing can be wrong with this part.
    return partitions.map((partition, index) => {
      if (partition.staged.length === 0) this.touched.push(partition)
      return partition.end + partition.staged.push(commit.records[index] as NewRecord) - 1
    })
  }

  private write(parts: readonly StagedPart[]): void {
    const { database, committed } = this.options
    let isCommitting = false
    try {
      this.begin.run()
      this.requireOwn(parts)
      this.writeRows(parts)
      isCommitting = true
      this.commit.run()
    } catch (error) {
      if (database.inTransaction) database.exec('rollback')
      this.unstage()
      for (const part of parts) refuse(part, this.failureOf(error, isCommitting, part.writer))
      return
    }
    for (const partition of this.touched) partition.end += partition.staged.length
    this.unstage()
    for (const { resolve, offsets } of parts) resolve(offsets)
    committed()
  }

  private writeRows(parts: readonly StagedPart[]): void {
    const { batches, catalog, offsets } = this.options
    for (const partition of this.touched) batches.append(partition)
    for (const { commit } of parts) {
      if (!commit.consumed) continue
      for (const position of commit.consumed.offsets) offsets.set(commit.consumed.group, catalog.partition(position), position.offset)
    }
  }

  /** The lock keeps other processes away; should somebody have removed it, the one that opened the log last goes on. */
  private requireOwn([part]: readonly StagedPart[]): void {
    if (this.selectOpened.get() !== this.opened) throw eventstoreErrors.create('WRITER_FENCED', { writer: part?.writer.id })
  }

  private unstage(): void {
    for (const partition of this.touched) partition.staged = []
    this.touched = []
  }

  /** When the disk fails in the middle of COMMIT, what it has kept shows only after the log is opened again. */
  private failureOf(error: unknown, isCommitting: boolean, { id }: Committer): Error {
    if (isCommitting && hasSqliteCode(error, 'SQLITE_IOERR')) return eventstoreErrors.create('COMMIT_OUTCOME_UNKNOWN', { writer: id, error }, { cause: error })
    return logFailure(error, this.options.database.name)
  }

  private checkSize(record: NewRecord): void {
    const limit = this.options.maxRecordBytes
    const valueBytes = record.value?.byteLength ?? 0
    let characters = record.key.length
    for (const name in record.headers) characters += name.length + (record.headers[name] as string).length
    if (valueBytes + 3 * characters <= limit) return
    const bytes = sizeOf(record)
    if (bytes > limit) throw tooLarge(record, bytes, limit)
  }
}

function sizeOf({ key, value, headers }: NewRecord): number {
  const texts = [key, ...Object.entries(headers).flat()]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), value?.byteLength ?? 0)
}

function tooLarge({ topic, partition }: NewRecord, bytes: number, limit: number): OttlaError {
  return eventstoreErrors.create('RECORD_TOO_LARGE', { topic, partition, bytes, limit })
}

/** A writer's later commits may build on this one, so none of them may be written. */
function refuse({ writer, reject }: Part, error: Error): void {
  writer.die(error)
  reject(error)
}
