import type { Clock } from '@ottla/core'
import type { RecordBatch, TopicPartition } from '../log/log.js'
import { fetchRecords, type RecordSource } from '../log/record-source.js'

export interface FeedOptions {
  readonly source: RecordSource
  readonly clock: Clock
  /** Awaited before the next batch. */
  readonly deliver: (batch: RecordBatch) => Promise<void>
  readonly failed: (error: unknown) => void
}

/** Hands the records of one held partition to its member, one batch after another, until it is stopped. */
export class PartitionFeed {
  private offset: number | undefined
  private started = false
  private paused = false
  private stopped = false
  private running = false

  constructor(
    readonly partition: TopicPartition,
    private readonly options: FeedOptions,
  ) {}

  /** Begins at `offset`, unless a seek has already said otherwise. */
  start(offset: number): void {
    this.offset ??= offset
    this.started = true
    this.wake()
  }

  /** A seek while a batch is being handled decides where the next one begins. */
  seek(offset: number): void {
    this.offset = offset
    this.wake()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.wake()
  }

  stop(): void {
    this.stopped = true
  }

  /** Goes on if there is something to hand out. */
  wake(): void {
    // Asked at every commit: most of them have nothing for this partition.
    if (this.running || this.readable() === undefined) return
    this.run().catch(this.options.failed)
  }

  private async run(): Promise<void> {
    const { source, clock, deliver } = this.options
    this.running = true
    try {
      for (let offset = this.readable(); offset !== undefined; offset = this.readable()) {
        const batch = source.read(this.partition, offset, fetchRecords)
        this.offset = batch.next
        await deliver(batch)
        await new Promise<void>(resolve => clock.nextTurn(resolve))
      }
    } finally {
      this.running = false
    }
  }

  private readable(): number | undefined {
    if (!this.started || this.stopped || this.paused || this.offset === undefined) return undefined
    return this.offset < this.options.source.end(this.partition) ? this.offset : undefined
  }
}
