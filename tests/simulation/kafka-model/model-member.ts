import { type Clock, isOttlaError } from '@ottla/core'
import { type LogMember, type MemberOptions, PartitionFeed, partitionKey, type TopicOffset, type TopicPartition } from '@ottla/eventstore'
import type { ClientLink } from './client-link.js'
import type { ClientView } from './client-view.js'
import type { GroupCoordinator, Joiner } from './group-coordinator.js'

export interface ModelMemberOptions {
  readonly link: ClientLink
  readonly clock: Clock
  readonly view: ClientView
  readonly group: GroupCoordinator
  /** The group's committed offset as it can be read now, which may be an old one. */
  readonly committed: (partition: TopicPartition) => number | undefined
}

/** A member as Kafka's clients have it: it works on what it had until the answer to its next joining tells otherwise, whoever works there already. */
export class ModelMember implements LogMember, Joiner {
  readonly topics: readonly string[]
  id: string | undefined
  private readonly feeds = new Map<string, PartitionFeed>()
  private readonly unwatch: (() => void)[]
  private ended = false
  private joining = false
  private again = false
  private told = false
  /** Calls of `assigned` and `revoked`, one after another. */
  private calls: Promise<void> = Promise.resolve()

  constructor(
    private readonly member: MemberOptions,
    private readonly options: ModelMemberOptions,
  ) {
    this.topics = [...new Set(member.topics)]
    this.unwatch = [options.view.watch(() => this.look()), options.link.watch(state => this.heartbeats(state))]
  }

  get isAwake(): boolean {
    return this.options.link.isAwake && !this.ended
  }

  /** Resolves with the first assignment. Rejects with TOPIC_UNKNOWN, LOG_UNAVAILABLE. */
  async start(): Promise<void> {
    this.joining = true
    try {
      await this.joinOnce()
    } catch (error) {
      this.end()
      this.options.group.abandon(this)
      throw error
    } finally {
      this.joining = false
    }
    if (this.again) this.mustJoin()
  }

  mustJoin(): void {
    this.again = true
    if (this.joining || this.ended) return
    this.joining = true
    this.options.link.whenAwake(() => {
      this.join().catch(error => this.drop(error))
    })
  }

  async holds(partition: TopicPartition): Promise<boolean> {
    const { link, group } = this.options
    return this.ended ? false : link.request('describe', () => (this.id === undefined ? false : group.holds(this.id, partition)))
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
    if (!this.ended) {
      this.apply([])
      this.end()
    }
    await this.calls
    const { link, group } = this.options
    const { id } = this
    // Where this gets lost, or the answer to the first joining is still to come, the session ends by itself.
    if (id === undefined) group.abandon(this)
    else await link.request('leave', () => group.leave(id)).catch(() => group.fallAsleep(id))
  }

  private async join(): Promise<void> {
    try {
      while (this.again && !this.ended) {
        this.again = false
        await this.joinOnce().catch((error: unknown) => {
          if (!isOttlaError(error, 'LOG_UNAVAILABLE')) throw error
          this.again = true
        })
      }
    } finally {
      this.joining = false
    }
  }

  private async joinOnce(): Promise<void> {
    const { link, group } = this.options
    const { id, partitions } = await link.request('join', () => group.join(this.id, this))
    if (this.ended) return group.leave(id)
    // The group went on without this member: what it held was lost meanwhile, also where it comes back now.
    if (this.id !== undefined && this.id !== id) this.apply([])
    this.id = id
    this.apply(partitions)
  }

  private apply(partitions: readonly TopicPartition[]): void {
    const keys = new Set(partitions.map(partitionKey))
    const lost = [...this.feeds.values()].filter(({ partition }) => !keys.has(partitionKey(partition)))
    for (const feed of lost) {
      feed.stop()
      this.feeds.delete(partitionKey(feed.partition))
    }
    const gained = partitions.filter(partition => !this.feeds.has(partitionKey(partition))).map(partition => this.newFeed(partition))
    for (const feed of gained) this.feeds.set(partitionKey(feed.partition), feed)
    this.calls = this.calls
      .then(() =>
        this.tell(
          lost.map(({ partition }) => partition),
          gained,
        ),
      )
      .catch(error => this.drop(error))
  }

  private async tell(lost: readonly TopicPartition[], gained: readonly PartitionFeed[]): Promise<void> {
    const { committed, view } = this.options
    if (lost.length > 0) await this.member.revoked(lost)
    if ((gained.length === 0 && this.told) || this.ended) return
    this.told = true
    const starts = await this.member.assigned(
      gained.map(({ partition }) => ({ ...partition, committed: committed(partition) })),
      this,
    )
    for (const feed of gained) {
      const key = partitionKey(feed.partition)
      const given = starts.find(start => partitionKey(start) === key)
      if (this.feeds.get(key) === feed) feed.start(given?.offset ?? committed(feed.partition) ?? view.begin(feed.partition))
    }
  }

  private newFeed(partition: TopicPartition): PartitionFeed {
    const { view, clock } = this.options
    return new PartitionFeed(partition, {
      source: view,
      clock,
      deliver: async batch => this.member.records(batch, this),
      failed: error => this.drop(error),
    })
  }

  private heartbeats(state: 'awake' | 'asleep' | 'dead'): void {
    const { group } = this.options
    if (state !== 'awake') group.abandon(this)
    else if (this.id !== undefined) group.wakeUp(this.id, this)
  }

  private drop(error: unknown): void {
    if (this.ended) return
    this.end()
    if (this.id !== undefined) this.options.group.leave(this.id)
    this.member.failed(error as Error)
  }

  private end(): void {
    this.ended = true
    for (const feed of this.feeds.values()) feed.stop()
    this.feeds.clear()
    for (const unwatch of this.unwatch) unwatch()
  }

  private look(): void {
    for (const feed of this.feeds.values()) feed.wake()
  }
}
