import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogReader, ReaderOptions, RecordBatch, TopicOffset, TopicPartition } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { Fetcher } from './fetcher.js'
import { PartitionFeed } from './partition-feed.js'

/** How many records are handed out before timers and sockets have their turn. */
const recordsPerTurn = 500

/**
 * Reads partitions from their leaders, one batch of each in turn, and fetches one batch of each ahead. Waits out restarts of brokers and moves of leaders;
 * the iteration rejects with TOPIC_UNKNOWN, LOG_FORBIDDEN, LOG_RECORDS_UNREADABLE, and with LOG_RECORDS_LOST where the log ends before the place that was asked for.
 */
export class KafkaReader implements LogReader {
  private readonly fetcher: Fetcher
  private readonly feeds: readonly PartitionFeed[]
  private readonly byKey: ReadonlyMap<string, PartitionFeed>
  private last = 0
  private sinceTurn = 0
  private readonly waiting = new Set<() => void>()
  private isStarted = false
  private isClosed = false
  private failure: Error | undefined

  constructor(
    client: KafkaClient,
    { from }: ReaderOptions,
    private readonly clock: Clock,
    private readonly closed: (reader: KafkaReader) => void,
  ) {
    this.fetcher = new Fetcher(client, clock, { ready: () => this.look(), failed: error => this.fail(error) })
    this.feeds = from.map(place => new PartitionFeed(place))
    for (const feed of this.feeds) this.fetcher.add(feed)
    this.byKey = new Map(this.feeds.map(feed => [partitionKey(feed), feed]))
  }

  position(partition: TopicPartition): number {
    return this.feed(partition).position
  }

  seek(to: TopicOffset): void {
    this.feed(to).seek(to.offset)
    this.go()
  }

  pause(partition: TopicPartition): void {
    this.feed(partition).isPaused = true
  }

  resume(partition: TopicPartition): void {
    this.feed(partition).resume()
    this.go()
    this.look()
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.fetcher.close()
    for (const feed of this.feeds) feed.drop()
    this.look()
    this.closed(this)
  }

  [Symbol.asyncIterator](): AsyncIterator<RecordBatch> {
    return { next: () => this.next() }
  }

  private async next(): Promise<IteratorResult<RecordBatch>> {
    if (!this.isStarted) {
      this.isStarted = true
      this.go()
    }
    for (;;) {
      if (this.sinceTurn >= recordsPerTurn) await this.turn()
      if (this.isClosed) return { done: true, value: undefined }
      if (this.failure) throw this.failure
      const batch = this.take()
      if (batch) return { done: false, value: batch }
      await new Promise<void>(resolve => void this.waiting.add(resolve))
    }
  }

  private turn(): Promise<void> {
    this.sinceTurn = 0
    return new Promise(resolve => this.clock.nextTurn(resolve))
  }

  private take(): RecordBatch | undefined {
    for (let i = 1; i <= this.feeds.length; i++) {
      const index = (this.last + i) % this.feeds.length
      const feed = this.feeds[index] as PartitionFeed
      const batch = feed.isReady ? feed.take() : undefined
      if (!batch) continue
      this.last = index
      this.sinceTurn += batch.records.length + 1
      this.go()
      return batch
    }
    return undefined
  }

  private go(): void {
    if (this.isStarted) this.fetcher.go()
  }

  private fail(error: Error): void {
    this.failure = error
    this.look()
  }

  private look(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }

  private feed(partition: TopicPartition): PartitionFeed {
    const feed = this.byKey.get(partitionKey(partition))
    if (feed) return feed
    throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic: partition.topic, partition: partition.partition })
  }
}
