import type { Clock } from '@ottla/core'
import type { LogMember, MemberOptions, TopicOffset, TopicPartition } from '../log/log.js'
import { partitionKey } from '../log/partition-key.js'
import type { RecordSource } from '../log/record-source.js'
import type { Group, Membership } from './group.js'
import { PartitionFeed } from './partition-feed.js'

export interface GroupMemberOptions {
  readonly source: RecordSource
  readonly clock: Clock
  /** The group's committed offset, if there is one. */
  readonly committed: (partition: TopicPartition) => number | undefined
}

/**
 * One member of a group within this process. Its calls of `assigned` and `revoked` come one after another, never at the same time,
 * so neither may wait for `leave`. `revoked` may come while `records` is at work; no further batch comes after it. Seek, pause and
 * resume do nothing where the partition is no longer held.
 */
export class GroupMember implements LogMember, Membership {
  readonly topics: readonly string[]
  private readonly feeds = new Map<string, PartitionFeed>()
  private readonly unwatch: () => void
  private ended = false
  /** The first assignment is told even when it is empty. */
  private hasBeenTold = false
  private settling: Promise<void> | undefined
  private again = false

  constructor(
    private readonly group: Group<GroupMember>,
    private readonly member: MemberOptions,
    private readonly options: GroupMemberOptions,
  ) {
    this.topics = [...new Set(member.topics)]
    this.unwatch = options.source.watch(() => this.look())
  }

  async holds(partition: TopicPartition): Promise<boolean> {
    return this.group.isFor(this, partition)
  }

  seek(to: TopicOffset): void {
    this.feeds.get(partitionKey(to))?.seek(to.offset)
  }

  pause(partition: TopicPartition): void {
    this.feeds.get(partitionKey(partition))?.pause()
  }

  resume(partition: TopicPartition): void {
    this.feeds.get(partitionKey(partition))?.resume()
  }

  async leave(): Promise<void> {
    this.group.remove(this)
    this.settle()
    while (this.settling) await this.settling
    this.unwatch()
  }

  /** Ends the member at once, without `revoked`: what it held goes to the others. `error` is told to it, if there is one. */
  drop(error?: unknown): void {
    if (this.ended) return
    this.ended = true
    this.unwatch()
    for (const feed of this.feeds.values()) feed.stop()
    this.feeds.clear()
    this.group.remove(this)
    this.group.release(this)
    if (error !== undefined) this.member.failed(error as Error)
  }

  /** Brings what is held in line with what the group has for this member: first gives up, then takes on. */
  settle(): void {
    this.again = true
    this.settling ??= this.rounds()
  }

  private async rounds(): Promise<void> {
    // Begins in a microtask: a change of the group while this member is being told of the last one must not begin a second one.
    await undefined
    try {
      while (this.again && !this.ended) {
        this.again = false
        await this.giveUp()
        await this.takeOn()
      }
    } catch (error) {
      this.drop(error)
    } finally {
      this.settling = undefined
    }
  }

  private async giveUp(): Promise<void> {
    const lost = [...this.feeds.values()].filter(feed => !this.group.isFor(this, feed.partition)).map(feed => feed.partition)
    if (lost.length === 0) return
    for (const partition of lost) this.stopFeed(partition)
    await this.member.revoked(lost)
    this.group.release(this, lost)
    this.again = true
  }

  private async takeOn(): Promise<void> {
    const gained = this.ended ? [] : this.group.take(this)
    if (this.ended || (gained.length === 0 && this.hasBeenTold)) return
    this.hasBeenTold = true
    for (const partition of gained) this.feeds.set(partitionKey(partition), this.newFeed(partition))
    const starts = await this.member.assigned(
      gained.map(partition => ({ ...partition, committed: this.options.committed(partition) })),
      this,
    )
    for (const partition of gained) this.startFeed(partition, starts)
    this.again = true
  }

  private newFeed(partition: TopicPartition): PartitionFeed {
    const { source, clock } = this.options
    return new PartitionFeed(partition, { source, clock, deliver: async batch => this.member.records(batch, this), failed: error => this.drop(error) })
  }

  /** A partition that was taken away meanwhile is given up in the next round, without a record. */
  private startFeed(partition: TopicPartition, starts: readonly TopicOffset[]): void {
    if (!this.group.isFor(this, partition)) return
    const key = partitionKey(partition)
    const given = starts.find(start => partitionKey(start) === key)
    this.feeds.get(key)?.start(given?.offset ?? this.options.committed(partition) ?? this.options.source.begin(partition))
  }

  private stopFeed(partition: TopicPartition): void {
    const key = partitionKey(partition)
    this.feeds.get(key)?.stop()
    this.feeds.delete(key)
  }

  private look(): void {
    for (const feed of this.feeds.values()) feed.wake()
  }
}
