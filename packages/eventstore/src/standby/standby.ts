import { type FollowerOptions, ShardFollower } from './shard-follower.js'

export interface StandbyOptions extends Omit<FollowerOptions, 'shard'> {
  readonly shards: number
  /** Of how many shards of other nodes the state is kept ready here: all, none, or so many. */
  readonly standby: boolean | number
}

/** Keeps the state of shards that other nodes own ready on this node, so that it takes them over quickly. */
export class Standby {
  private readonly followers = new Map<number, ShardFollower>()
  private readonly stopping = new Map<number, Promise<void>>()
  private isClosed = false

  constructor(private readonly options: StandbyOptions) {}

  /** From now on this node owns these shards, and keeps others ready: those that come after its own, so that each is kept by another node. */
  own(owned: ReadonlySet<number>): void {
    if (this.isClosed) return
    const kept = new Set(this.choose(owned))
    for (const shard of this.followers.keys()) if (!kept.has(shard)) void this.handOver(shard)
    for (const shard of kept) {
      if (this.followers.has(shard)) continue
      this.followers.set(shard, new ShardFollower({ ...this.options, shard }, this.stopping.get(shard) ?? Promise.resolve()))
    }
  }

  /** Resolves when nothing here writes to the shard's part of the state store any more: its owner goes on at the checkpoint there. */
  async handOver(shard: number): Promise<void> {
    const follower = this.followers.get(shard)
    if (follower) {
      this.followers.delete(shard)
      this.stopping.set(shard, follower.stop())
    }
    await this.stopping.get(shard)
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all(Array.from(this.followers.keys(), shard => this.handOver(shard)))
    await Promise.all(this.stopping.values())
  }

  private choose(owned: ReadonlySet<number>): number[] {
    const { shards, standby } = this.options
    if (standby === false) return []
    const others = Array.from({ length: shards }, (_, shard) => shard).filter(shard => !owned.has(shard))
    const distance = (shard: number) => {
      let steps = 1
      while (steps < shards && !owned.has((shard - steps + shards) % shards)) steps++
      return steps
    }
    return others.sort((a, b) => distance(a) - distance(b) || a - b).slice(0, standby === true ? shards : standby)
  }
}
