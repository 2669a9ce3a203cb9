import type { TopicPartition } from '../../log/log.js'
import { PartitionFeed } from '../fetch/partition-feed.js'

/** A partition that a member has been given. */
export class HeldPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly feed: PartitionFeed
  /** Taken away: it gives no more records, and `revoked` is due, also when the group has given it back meanwhile. */
  isLost = false
  isHandling = false
  private isStarted = false
  private isSought = false

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
    this.feed = new PartitionFeed({ topic, partition, offset: 0 })
  }

  /** Whether there is anything to hand out. */
  get isReady(): boolean {
    return this.isStarted && !this.isLost && this.feed.isReady
  }

  /** `assigned` was answered: begins at `offset`, unless a seek has already said otherwise. */
  start(offset: number): void {
    if (!this.isSought) this.feed.seek(offset)
    this.isStarted = true
  }

  seek(offset: number): void {
    this.isSought = true
    this.feed.seek(offset)
  }
}
