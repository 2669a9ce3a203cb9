import type { Clock } from '@ottla/core'
import type Database from 'better-sqlite3'
import type { Compaction } from './compaction.js'
import type { PartitionState, TopicState } from './partition-state.js'
import { placeOf } from './place.js'
import type { RecordDeletion } from './record-deletion.js'
import type { TopicCatalog } from './topic-catalog.js'

/** How often the log is cleaned, in milliseconds. */
const interval = 60_000

/** How many batches of a partition go at a time at most. */
const batchesAtATime = 10_000

export interface LogCleanerOptions {
  readonly database: Database.Database
  readonly catalog: TopicCatalog
  readonly deletion: RecordDeletion
  readonly compaction: Compaction
  readonly clock: Clock
}

/** Enforces the retention and the compaction of topics: when the log is opened, and now and then. */
export class LogCleaner {
  private readonly select: Database.Statement<[begin: number, end: number, limit: number], { next: number; newest: number }>
  private cancel = () => {}
  private stopped = false

  constructor(private readonly options: LogCleanerOptions) {
    this.select = options.database.prepare('select next, newest from batches where place >= ? and place < ? order by place limit ?')
  }

  start(): void {
    this.clean()
      // What keeps it from cleaning fails the next commit too, and is told there.
      .catch(() => undefined)
      .finally(() => {
        if (!this.stopped) this.cancel = this.options.clock.after(interval, () => this.start())
      })
  }

  stop(): void {
    this.stopped = true
    this.cancel()
  }

  private async clean(): Promise<void> {
    const { catalog, deletion, compaction } = this.options
    deletion.deleteBelow(catalog.all().flatMap(topic => this.expired(topic)))
    for (const { config, partitions } of catalog.all()) {
      for (const partition of config.compacted ? partitions : []) await compaction.compact(partition)
    }
  }

  private expired({ config, partitions }: TopicState) {
    const { retention } = config
    if (retention === undefined) return []
    const oldest = this.options.clock.now() - retention
    return partitions.map(partition => ({ partition, offset: this.expiredBelow(partition, oldest) }))
  }

  /** The offset up to which every batch is older; a batch goes when its newest record may. */
  private expiredBelow({ number, begin }: PartitionState, oldest: number): number {
    let offset = begin
    for (const { next, newest } of this.select.iterate(placeOf(number, 0), placeOf(number + 1, 0), batchesAtATime)) {
      if (newest >= oldest) break
      offset = next
    }
    return offset
  }
}
