import type { Clock } from '@ottla/core'
import type Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import { Groups } from '../groups/groups.js'
import type { Log, LogAdmin, LogMember, LogProducer, LogReader, LogWriter, MemberOptions, ReaderOptions } from '../log/log.js'
import { SourceReader } from '../log/source-reader.js'
import { BatchStore } from './batch-store.js'
import { Compaction } from './compaction.js'
import { EmbeddedAdmin } from './embedded-admin.js'
import { EmbeddedProducer } from './embedded-producer.js'
import { EmbeddedSource } from './embedded-source.js'
import { EmbeddedWriter } from './embedded-writer.js'
import { GroupCommit } from './group-commit.js'
import { GroupOffsets } from './group-offsets.js'
import { LogCleaner } from './log-cleaner.js'
import { LogFollower } from './log-follower.js'
import { RecordDeletion } from './record-deletion.js'
import { TopicCatalog } from './topic-catalog.js'
import { WriterEpochs } from './writer-epochs.js'

export interface EmbeddedLogOptions {
  /** Open, with its tables. */
  readonly database: Database.Database
  readonly clock: Clock
  readonly maxRecordBytes: number
  /** Called after everything has ended, to release the file. */
  readonly release: () => void
}

/** The log in one SQLite file. This process writes it, or reads it beside the one that does when the file is open for reading only. */
export class EmbeddedLog implements Log {
  readonly clusterId: string
  readonly admin: LogAdmin
  private readonly source: EmbeddedSource
  private readonly groups: Groups
  private readonly commits: GroupCommit
  private readonly epochs: WriterEpochs
  private readonly readers = new Set<LogReader>()
  private readonly background: LogCleaner | LogFollower
  private closing: Promise<void> | undefined
  private closed = false

  constructor(private readonly options: EmbeddedLogOptions) {
    const { database, clock } = options
    this.clusterId = database.prepare<[], string>("select value from log where name = 'cluster-id'").pluck().get() as string
    const catalog = new TopicCatalog(database)
    const batches = new BatchStore(database)
    const offsets = new GroupOffsets(database)
    const deletion = new RecordDeletion(database)
    this.source = new EmbeddedSource(catalog, batches)
    const changed = () => this.source.changed()
    this.groups = new Groups({ source: this.source, clock, committed: (group, partition) => offsets.committed(group, catalog.partition(partition)) })
    this.commits = new GroupCommit({ ...options, catalog, batches, offsets, committed: changed })
    this.epochs = new WriterEpochs(database)
    this.admin = new EmbeddedAdmin({
      database,
      catalog,
      offsets,
      groups: this.groups,
      deletion,
      changed,
      requireOpen: () => this.requireOpen(),
      requireWritable: operation => this.requireWritable(operation),
    })
    const compaction = new Compaction({ database, batches, clock, isClosed: () => this.closed })
    this.background = database.readonly
      ? new LogFollower({ database, catalog, clock, changed })
      : new LogCleaner({ database, catalog, deletion, compaction, clock })
    this.background.start()
  }

  async writer(id: string): Promise<LogWriter> {
    this.requireWritable('writer')
    const epoch = this.epochs.next(id)
    // What earlier writers of this id have queued is refused now, so that it is settled when this resolves.
    this.commits.flush()
    return new EmbeddedWriter(id, epoch, this.commits, () => this.requireOpen())
  }

  async producer(): Promise<LogProducer> {
    this.requireWritable('producer')
    return new EmbeddedProducer(this.commits, () => this.requireOpen())
  }

  reader(options: ReaderOptions): LogReader {
    this.requireOpen()
    const reader = new SourceReader(this.source, this.options.clock, options, () => this.readers.delete(reader))
    this.readers.add(reader)
    return reader
  }

  async member(options: MemberOptions): Promise<LogMember> {
    this.requireWritable('member')
    return this.groups.join(options)
  }

  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  /** Members leave first: what they give up may still be committed. */
  private async end(): Promise<void> {
    await this.groups.leave()
    await Promise.all(Array.from(this.readers, reader => reader.close()))
    this.commits.flush()
    this.closed = true
    this.background.stop()
    this.options.release()
  }

  private requireOpen(): void {
    if (this.closed) throw eventstoreErrors.create('LOG_CLOSED', { log: this.options.database.name })
  }

  private requireWritable(operation: string): void {
    this.requireOpen()
    const { readonly: isReadOnly, name } = this.options.database
    if (isReadOnly) throw eventstoreErrors.create('LOG_READ_ONLY', { log: name, operation })
  }
}
