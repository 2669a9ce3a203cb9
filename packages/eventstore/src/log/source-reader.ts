import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogReader, ReaderOptions, RecordBatch, TopicOffset, TopicPartition } from './log.js'
import { partitionKey } from './partition-key.js'
import { fetchRecords, type RecordSource } from './record-source.js'

/** What the first batch after a start or a seek holds at most: who looks for a single record does not pay for 500. */
const firstFetch = 16

interface Place extends TopicPartition {
  offset: number
  limit: number
  paused: boolean
}

/** Reads partitions of a log that lives in one process, one batch of each in turn. Fetches nothing ahead. */
export class SourceReader implements LogReader {
  private readonly places: Place[]
  private readonly byKey: ReadonlyMap<string, Place>
  private readonly unwatch: () => void
  private last = 0
  /** Records handed out since the event loop had its last turn. */
  private sinceTurn = 0
  private wake: (() => void) | undefined
  private closed = false

  constructor(
    private readonly source: RecordSource,
    private readonly clock: Clock,
    { from }: ReaderOptions,
    private readonly onClose: (reader: SourceReader) => void,
  ) {
    this.places = from.map(({ topic, partition, offset }) => ({ topic, partition, offset, limit: firstFetch, paused: false }))
    this.byKey = new Map(this.places.map(place => [partitionKey(place), place]))
    this.unwatch = source.watch(() => this.look())
  }

  position(partition: TopicPartition): number {
    return this.place(partition).offset
  }

  seek(to: TopicOffset): void {
    const place = this.place(to)
    place.offset = to.offset
    place.limit = firstFetch
    this.look()
  }

  pause(partition: TopicPartition): void {
    this.place(partition).paused = true
  }

  resume(partition: TopicPartition): void {
    this.place(partition).paused = false
    this.look()
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.unwatch()
    this.look()
    this.onClose(this)
  }

  [Symbol.asyncIterator](): AsyncIterator<RecordBatch> {
    return { next: () => this.next() }
  }

  private async next(): Promise<IteratorResult<RecordBatch>> {
    for (;;) {
      if (this.sinceTurn >= fetchRecords) await this.turn()
      if (this.closed) return { done: true, value: undefined }
      const batch = this.fetch()
      if (batch) return { done: false, value: batch }
      await new Promise<void>(resolve => {
        this.wake = resolve
      })
    }
  }

  /** A reader that is far behind never waits, so it must let timers and sockets have their turn. */
  private turn(): Promise<void> {
    this.sinceTurn = 0
    return new Promise(resolve => this.clock.nextTurn(resolve))
  }

  private fetch(): RecordBatch | undefined {
    const place = this.nextReadable()
    if (!place) return undefined
    const batch = this.source.read(place, place.offset, place.limit)
    place.offset = batch.next
    place.limit = Math.min(place.limit * 4, fetchRecords)
    this.sinceTurn += batch.records.length + 1
    return batch
  }

  /** Throws TOPIC_UNKNOWN when one of the partitions does not exist, or no longer. */
  private nextReadable(): Place | undefined {
    const { places, source } = this
    for (let i = 1; i <= places.length; i++) {
      const index = (this.last + i) % places.length
      const place = places[index] as Place
      if (source.end(place) <= place.offset || place.paused) continue
      this.last = index
      return place
    }
    return undefined
  }

  private look(): void {
    const wake = this.wake
    this.wake = undefined
    wake?.()
  }

  private place(partition: TopicPartition): Place {
    const place = this.byKey.get(partitionKey(partition))
    if (place) return place
    throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic: partition.topic, partition: partition.partition })
  }
}
