import type { Clock } from '@ottla/core'
import type { Codec, Log, TopicOffset } from '@ottla/eventstore'
import type { ProjectionDefinition } from '../projection/projection-definition.js'
import { projectionErrors } from '../projection-errors.js'
import { EventDecoder } from '../runner/event-decoder.js'
import { PartitionOffsets } from '../runner/partition-offsets.js'
import { recordGroups } from '../runner/record-groups.js'
import { type SetAside, UnreadRecords } from '../runner/unread-records.js'
import type { ViewWriter } from '../runner/view-writer.js'
import type { RebuildProgress } from './rebuild-progress.js'

export interface ViewFillingOptions {
  readonly definition: ProjectionDefinition
  readonly log: Log
  readonly codec: Codec
  readonly clock: Clock
  readonly writer: ViewWriter
  readonly begin: readonly TopicOffset[]
  readonly progress?: (progress: RebuildProgress) => void
  readonly signal?: AbortSignal
  readonly setAside?: SetAside
}

/** Fills a view that nobody reads yet with the events of the log. */
export class ViewFilling {
  /** How many records were read. */
  done = 0
  readonly #decoder: EventDecoder
  readonly #offsets: PartitionOffsets
  readonly #unread: UnreadRecords
  readonly #started: number

  constructor(private readonly options: ViewFillingOptions) {
    this.#decoder = new EventDecoder(options.definition, options.codec)
    this.#offsets = new PartitionOffsets(options.begin)
    this.#unread = new UnreadRecords(options.definition.name, options.setAside)
    this.#started = options.clock.now()
    options.writer.load()
  }

  /** Reads on until each partition stands at least here. Rejects with VIEW_STOPPED when the signal or the end of the log comes before. */
  async fillTo(target: readonly TopicOffset[]): Promise<void> {
    const { log, clock, writer, signal, definition } = this.options
    if (signal?.aborted) throw projectionErrors.create('VIEW_STOPPED', { view: definition.name })
    if (this.#offsets.covers(target)) return
    const reader = log.reader({ from: this.#offsets.list() })
    const stop = () => void reader.close()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      for await (const group of recordGroups(reader, clock)) {
        const events = await this.#decoder.decode(group.flatMap(({ records }) => records))
        await this.#unread.keep(events)
        writer.write(events, group)
        for (const { topic, partition, next, records } of group) {
          this.#offsets.set({ topic, partition, offset: next })
          this.done += records.length
        }
        this.#report(target)
        if (this.#offsets.covers(target)) return
      }
      throw projectionErrors.create('VIEW_STOPPED', { view: definition.name })
    } finally {
      signal?.removeEventListener('abort', stop)
      await reader.close()
    }
  }

  #report(target: readonly TopicOffset[]): void {
    const { progress, clock } = this.options
    if (!progress) return
    const left = target.reduce((sum, at) => sum + Math.max(0, at.offset - (this.#offsets.get(at) ?? 0)), 0)
    const seconds = Math.max(clock.now() - this.#started, 1) / 1000
    progress({ done: this.done, total: this.done + left, rate: this.done / seconds })
  }
}
