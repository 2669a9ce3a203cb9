import type { LogRecord, RecordBatch, TopicOffset, TopicPartition } from '../../log/log.js'
import { CommittedRecords, type FetchedRecords } from './committed-records.js'
import { endOf } from './record-batch.js'

/** How much is fetched at first, after a start or a seek: who looks for a single record does not wait for a megabyte. In bytes. */
const firstFetch = 64 * 1024
const largestFetch = 1024 * 1024

/** How many records a batch has at most, and at first. */
const batchRecords = { first: 16, most: 500 }

/** A fetch of a partition. */
export interface FeedAsk {
  readonly feed: PartitionFeed
  readonly offset: number
  /** At most so many. */
  readonly bytes: number
  /** Whether the feed still stands where it was fetched. */
  readonly isCurrent: () => boolean
  /** Takes what came, where the ask is current; `false` when there was nothing in it. */
  readonly answered: (records: FetchedRecords) => boolean
  readonly ended: () => void
}

/** One partition that is read: where it stands, and what was fetched and not yet handed out. */
export class PartitionFeed implements TopicPartition {
  readonly topic: string
  readonly partition: number
  isPaused = false
  /** Whether it waits before it is asked for again: its leader cannot be reached, or does not know it. */
  isResting = false
  /** How many fetches have failed since one succeeded. */
  failures = 0
  /** Since when the leader says that its log ends before the place where this stands. */
  beyondSince: number | undefined
  private handedOut: number
  /** Whether it has not been asked for since it began, was sought or was resumed: then it does not wait for the fetch of others to end. */
  isUrgent = true
  /** Tells the answers to fetches before a seek. */
  private age = 0
  private askedAt = -1
  private readonly fetched: CommittedRecords[] = []
  private fetchFrom: number
  private fetchBytes = firstFetch
  private batchLimit = batchRecords.first

  constructor({ topic, partition, offset }: TopicOffset) {
    this.topic = topic
    this.partition = partition
    this.handedOut = offset
    this.fetchFrom = offset
  }

  /** Everything before this has been handed out. */
  get position(): number {
    return this.handedOut
  }

  /** Whether more is to be fetched: up to one fetch is held ahead of what is being handled. */
  get isHungry(): boolean {
    return !this.isPaused && this.bytesHeld < this.fetchBytes
  }

  /** Whether there is anything to hand out, be it that aborted records are passed over. */
  get isReady(): boolean {
    return !this.isPaused && this.fetched.length > 0
  }

  /** Whether a fetch from where it stands is under way. */
  get isAsked(): boolean {
    return this.askedAt === this.age
  }

  /** Begins a fetch. */
  ask(): FeedAsk {
    const { age, fetchFrom: offset, fetchBytes: bytes } = this
    this.askedAt = age
    this.isUrgent = false
    return {
      feed: this,
      offset,
      bytes,
      isCurrent: () => age === this.age,
      answered: records => this.keep(offset, records),
      ended: () => {
        if (this.askedAt === age) this.askedAt = -1
      },
    }
  }

  /** Reads on from `offset`; drops what was fetched. */
  seek(offset: number): void {
    this.handedOut = offset
    this.goTo(offset)
    this.fetchBytes = firstFetch
    this.batchLimit = batchRecords.first
  }

  /** Lets go of what was fetched. */
  drop(): void {
    this.goTo(this.handedOut)
  }

  /** Fetches from `begin` on, since everything below has been deleted; what is handed out next begins where the feed stands nevertheless. */
  skipTo(begin: number): void {
    this.goTo(begin)
  }

  resume(): void {
    this.isPaused = false
    this.isUrgent = true
  }

  /** The next records, or undefined when nothing was fetched. Throws LOG_RECORDS_UNREADABLE. */
  take(): RecordBatch | undefined {
    const { topic, partition, handedOut: from, batchLimit } = this
    const records: LogRecord[] = []
    for (let current = this.fetched[0]; current && records.length < batchLimit; current = this.fetched[0]) {
      const record = current.next()
      this.handedOut = Math.max(this.handedOut, current.position)
      if (record) records.push(record)
      else this.fetched.shift()
    }
    this.batchLimit = Math.min(batchLimit * 4, batchRecords.most)
    return this.handedOut > from ? { topic, partition, from, records, next: this.handedOut } : undefined
  }

  private get bytesHeld(): number {
    return this.fetched.reduce((sum, records) => sum + records.bytesLeft, 0)
  }

  private goTo(offset: number): void {
    this.age++
    this.isUrgent = true
    this.fetched.length = 0
    this.fetchFrom = offset
    this.failures = 0
    this.beyondSince = undefined
  }

  private keep(from: number, records: FetchedRecords): boolean {
    const end = endOf(records.bytes, from)
    if (end <= from) return false
    this.fetched.push(new CommittedRecords(this, from, records))
    this.fetchFrom = end
    this.fetchBytes = Math.min(this.fetchBytes * 4, largestFetch)
    return true
  }
}
