import { type Clock, isOttlaError, type OttlaError, type Position, systemClock } from '@ottla/core'
import type { Codec, Log, LogReader, RecordBatch, TopicOffset } from '@ottla/eventstore'
import type { Database } from 'better-sqlite3'
import { checkProjection } from '../projection/projection-check.js'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { projectionErrors } from '../projection-errors.js'
import { type RebuildReport, rebuildView } from '../rebuild/rebuild.js'
import type { RebuildProgress } from '../rebuild/rebuild-progress.js'
import { Pauses } from '../view/pauses.js'
import { guarded, openViewFile } from '../view/view-file.js'
import { readCheckpoints } from '../view/view-meta.js'
import { viewPath } from '../view/view-path.js'
import { ViewReader } from '../view/view-reader.js'
import { whenUnlocked } from '../view/write-lock.js'
import { type DecodedEvent, EventDecoder } from './event-decoder.js'
import { logBegin } from './log-bounds.js'
import { PartitionOffsets } from './partition-offsets.js'
import { PositionWaiters } from './position-waiters.js'
import { recordGroups } from './record-groups.js'
import { type SetAside, UnreadRecords } from './unread-records.js'
import { isSame, prepareView } from './view-preparation.js'
import { ViewWriter } from './view-writer.js'

export interface ProjectionRunnerOptions {
  readonly definition: ProjectionDefinition
  readonly log: Log
  readonly codec: Codec
  /** The topics whose events the projection handles. */
  readonly topics: readonly string[]
  /** The data folder; the view lies in `views` in it. */
  readonly folder: string
  readonly clock?: Clock
  /** Keeps records that cannot be read, before the view passes over them; called again with the same ones where it is read anew. Its errors are those of the log. */
  readonly setAside?: SetAside
  /** Called once when the view cannot go on: its disk is full, its file is damaged, the log has failed. */
  readonly failed?: (error: OttlaError) => void
  /** How large the view's file may grow, in pages of 4 KiB; beyond that it is VIEW_FULL. Default: what the disk takes. */
  readonly maxFilePages?: number
}

/**
 * Keeps the view of one projection up with the log. Rows and checkpoint change in one SQLite transaction, so the view is
 * the same after any crash. An event that cannot be decoded or handled is left out, and the view is degraded until it is
 * rebuilt; everything else goes on. Runs as long as it is not stopped: errors that may pass are waited out.
 */
export class ProjectionRunner {
  readonly name: string
  readonly #file: string
  readonly #clock: Clock
  readonly #pauses: Pauses
  readonly #decoder: EventDecoder
  readonly #waiters: PositionWaiters
  readonly #unread: UnreadRecords
  readonly #aborted = new AbortController()
  #begin: readonly TopicOffset[] = []
  #database: Database | undefined
  #writer: ViewWriter | undefined
  #logReader: LogReader | undefined
  #viewReader: ViewReader | undefined
  #starting: Promise<void> | undefined
  #running: Promise<void> | undefined
  #failure: OttlaError | undefined

  /** Throws MODEL_INVALID when the projection cannot run. */
  constructor(private readonly options: ProjectionRunnerOptions) {
    const { definition, codec, topics, folder, clock = systemClock } = options
    checkProjection(definition)
    this.name = definition.name
    this.#file = viewPath(folder, definition.name)
    this.#clock = clock
    this.#pauses = new Pauses(clock)
    this.#decoder = new EventDecoder(definition, codec)
    this.#unread = new UnreadRecords(definition.name, options.setAside)
    this.#waiters = new PositionWaiters(definition.name, topics, clock)
  }

  /**
   * Opens the view and begins to read: where it left off, or from the beginning where the file is missing or was made from
   * another log. A view of another version or schema is rebuilt aside, and serves as it is until then. Resolves when the
   * view can be read. Rejects with VIEW_DAMAGED, VIEW_FULL, VIEW_UNAVAILABLE, TOPIC_UNKNOWN, or VIEW_STOPPED when it is
   * stopped meanwhile.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /**
   * Resolves when the view has read up to this position, within `timeout` milliseconds, else rejects with VIEW_TIMEOUT. A
   * receipt's position covers the transaction of its shard; offsets of topics that the projection does not read are covered always.
   */
  waitFor(position: Position, timeout: number): Promise<void> {
    return this.#waiters.waitFor(position, timeout)
  }

  /** Where the view stands: the offsets that it reads next. */
  get position(): readonly TopicOffset[] {
    return this.#waiters.offsets
  }

  /** What is wrong with the view now: why it stopped, or VIEW_DEGRADED. undefined when nothing is. */
  get problem(): OttlaError | undefined {
    if (this.#failure || !this.#running) return this.#failure
    try {
      return this.reader().status().problem
    } catch (error) {
      return isOttlaError(error) ? error : undefined
    }
  }

  /** Reads the view; the same reader at each call, closed when the runner is stopped. Throws VIEW_MISSING before `start`. */
  reader(): ViewReader {
    if (this.#pauses.stopped) throw this.#stopped()
    this.#viewReader ??= new ViewReader(this.#file, this.name)
    return this.#viewReader
  }

  /** Rebuilds the view as `rebuildView` does, while it goes on serving. */
  rebuild(options: { readonly progress?: (progress: RebuildProgress) => void } = {}): Promise<RebuildReport> {
    return rebuildView({ ...this.options, ...options, signal: this.#aborted.signal })
  }

  /** Ends the transaction at hand and closes the file. Those who wait for a position get VIEW_STOPPED. */
  async stop(): Promise<void> {
    this.#pauses.stop()
    this.#aborted.abort()
    await this.#logReader?.close()
    // Who called `start` gets its error.
    await this.#starting?.catch(() => {})
    await this.#running
    this.#waiters.fail(this.#stopped())
    this.#viewReader?.close()
    this.#database?.close()
  }

  async #start(): Promise<void> {
    const { definition, log, topics, maxFilePages } = this.options
    this.#begin = await logBegin(log, topics)
    const database = openViewFile(this.#file, { lockTimeout: 5, maxFilePages })
    this.#database = database
    const state = await prepareView({
      database,
      file: this.#file,
      definition,
      log,
      topics,
      begin: this.#begin,
      pauses: this.#pauses,
      signal: this.#aborted.signal,
    })
    if (this.#pauses.stopped) throw this.#stopped()
    this.#waiters.reset(guarded(this.#file, () => readCheckpoints(database)))
    this.#running = this.#run(state === 'outdated')
  }

  async #run(outdated: boolean): Promise<void> {
    let isOutdated = outdated
    for (let delay = 10; !this.#pauses.stopped; delay = Math.min(delay * 2, 1000)) {
      try {
        if (isOutdated) await this.rebuild()
        isOutdated = false
        // It may have been stopped when the rebuild had just ended, and nobody would close another reader.
        if (this.#pauses.stopped) return
        if ((await this.#follow()) === 'ended') return this.#waiters.fail(this.#stopped())
        delay = 10
      } catch (error) {
        if (this.#pauses.stopped || isOttlaError(error, 'VIEW_STOPPED')) return this.#waiters.fail(this.#stopped())
        if (!isOttlaError(error) || !error.retriable) return this.#fail(error)
        await this.#pauses.wait(delay)
      }
    }
  }

  /** Reads on from where the file stands, until another process changes the file ('moved') or the log is closed ('ended'). */
  async #follow(): Promise<'moved' | 'ended'> {
    this.#writer ??= guarded(this.#file, () => new ViewWriter(this.#database as Database, this.#file, this.options.definition))
    const from = this.#load(this.#writer)
    this.#waiters.reset(from)
    const reader = this.options.log.reader({ from })
    this.#logReader = reader
    try {
      for await (const group of recordGroups(reader, this.#clock)) {
        const events = await this.#decoder.decode(group.flatMap(({ records }) => records))
        await this.#unread.keep(events)
        if (!(await this.#write(this.#writer, events, group))) return 'moved'
      }
      return 'ended'
    } finally {
      await reader.close()
    }
  }

  async #write(writer: ViewWriter, events: readonly DecodedEvent[], group: readonly RecordBatch[]): Promise<boolean> {
    if ((await whenUnlocked(this.#pauses, () => writer.write(events, group))) !== 'written') return false
    this.#waiters.advance(group.map(({ topic, partition, next }) => ({ topic, partition, offset: next })))
    return true
  }

  /** Where to begin to read, after the file. Throws VIEW_REPLACED when it is not this definition's view any more. */
  #load(writer: ViewWriter): readonly TopicOffset[] {
    const { definition } = this.options
    const { meta, checkpoint } = writer.load()
    if (typeof meta === 'string' || !isSame(meta, definition)) {
      const actual = typeof meta === 'string' ? meta : meta.version
      throw projectionErrors.create('VIEW_REPLACED', { view: this.name, version: definition.version, actual })
    }
    const offsets = new PartitionOffsets(this.#begin)
    for (const at of checkpoint) offsets.set(at)
    return offsets.list()
  }

  #stopped(): OttlaError {
    return projectionErrors.create('VIEW_STOPPED', { view: this.name })
  }

  #fail(cause: unknown): void {
    const error = isOttlaError(cause) ? cause : projectionErrors.create('VIEW_FAILED', { view: this.name, error: cause }, { cause })
    this.#failure = error
    this.#waiters.fail(error)
    this.options.failed?.(error)
  }
}
