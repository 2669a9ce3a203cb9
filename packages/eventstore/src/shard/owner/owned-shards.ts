import { isOttlaError } from '@ottla/core'
import type { LogMember, TopicOffset, TopicPartition } from '../../log/log.js'
import type { Standby } from '../../standby/standby.js'
import type { ReplySender } from '../callers/reply-sender.js'
import type { OwnerOptions } from './owner-options.js'
import { ShardOwner } from './shard-owner.js'

export type OwnedShardsOptions = Omit<OwnerOptions, 'shard' | 'handOver' | 'hasOthers' | 'replies'>

/** The owners of the shards that the group gives to this node; the others it keeps ready where the app wants that. */
export class OwnedShards {
  private readonly owners = new Map<number, ShardOwner>()

  constructor(
    private readonly options: OwnedShardsOptions,
    private readonly standby: Standby,
  ) {}

  owner(shard: number): ShardOwner | undefined {
    return this.owners.get(shard)
  }

  /**
   * Begins to take over what is new here; each shard starts when it is ready, whatever the others do, and its inbox is paused until then. An owner
   * that is alive is kept: a partition that is told again although it was never revoked goes on where its owner stands.
   *
   * Gives where to begin in the inboxes at once, and a promise that resolves when each is owned or is tried again, and rejects when one cannot be.
   */
  takeOver(
    partitions: readonly TopicPartition[],
    member: LogMember,
    replies: ReplySender,
  ): { readonly starts: TopicOffset[]; readonly taken: Promise<unknown> } {
    const taken: Promise<void>[] = []
    const starts = partitions.map(({ partition }) => {
      const alive = this.owners.get(partition)
      if (alive) return alive.next
      const owner = this.newOwner(partition, member, replies)
      this.owners.set(partition, owner)
      taken.push(owner.start())
      return owner.next
    })
    this.standby.own(new Set(this.owners.keys()))
    return { starts, taken: Promise.all(taken) }
  }

  /** Decides and commits what is queued for these, and gives them up. */
  async release(partitions: readonly TopicPartition[]): Promise<void> {
    await Promise.all(
      partitions.map(async ({ partition }) => {
        const owner = this.owners.get(partition)
        await owner?.release()
        if (this.owners.get(partition) === owner) this.owners.delete(partition)
      }),
    )
    this.standby.own(new Set(this.owners.keys()))
  }

  releaseAll(): Promise<void> {
    return this.release(Array.from(this.owners.keys(), partition => ({ topic: this.options.topics.commands, partition })))
  }

  /** Takes a last snapshot of each; never rejects. */
  async publishSnapshots(): Promise<void> {
    await Promise.all(Array.from(this.owners.values(), owner => owner.publishSnapshot()))
  }

  /** Whether the state store has all of a shard: it does where this node owns it, when what has been committed is written. */
  async isIndexed(shard: number): Promise<boolean> {
    const owner = this.owners.get(shard)
    if (!owner) return false
    try {
      await owner.settled()
      return true
    } catch (error) {
      if (isOttlaError(error, 'SHARD_NOT_OWNED')) return false
      throw error
    }
  }

  /** Whether the group, asked now, gives the shard to this node, which may have lost it without having heard of that. */
  async isOurs(shard: number): Promise<boolean> {
    return (await this.owners.get(shard)?.isOurs()) ?? false
  }

  private newOwner(shard: number, member: LogMember, replies: ReplySender): ShardOwner {
    const handOver = () => this.standby.handOver(shard)
    const hasOthers = () => this.owners.size < this.options.shards
    return new ShardOwner(member, { ...this.options, shard, handOver, hasOthers, replies })
  }
}
