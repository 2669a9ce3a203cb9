import { eventstoreErrors } from '../eventstore-errors.js'
import type { TopicPartition } from '../log/log.js'
import { partitionKey } from '../log/partition-key.js'
import type { RecordSource } from '../log/record-source.js'
import { type Assignment, assignRanges } from './range-assignment.js'

/** A member as its group knows it. */
export interface Membership {
  readonly topics: readonly string[]
  /** Called when what the group has for this member, or what is free for it, may have changed. */
  settle(): void
}

/**
 * One group's members and who holds what. A partition goes to its new member only when the old one has given it up;
 * partitions that stay where they are notice nothing of a rebalance.
 */
export class Group<M extends Membership> {
  private members: readonly M[] = []
  private target: ReadonlyMap<string, Assignment<M>> = new Map()
  private readonly holders = new Map<string, M>()

  constructor(private readonly source: RecordSource) {}

  get size(): number {
    return this.members.length
  }

  get topics(): readonly string[] {
    return [...new Set(this.members.flatMap(member => member.topics))]
  }

  all(): readonly M[] {
    return this.members
  }

  /** Throws TOPIC_UNKNOWN, and then the member is not in the group. */
  add(member: M): void {
    for (const topic of member.topics) {
      if (this.source.partitions(topic) === 0) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition: 0 })
    }
    this.members = [...this.members, member]
    this.rebalance()
  }

  remove(member: M): void {
    if (!this.members.includes(member)) return
    this.members = this.members.filter(other => other !== member)
    this.rebalance()
  }

  isFor(member: M, partition: TopicPartition): boolean {
    return this.target.get(partitionKey(partition))?.member === member
  }

  /** The partitions that are for this member and that nobody holds; from now on it does. */
  take(member: M): TopicPartition[] {
    const free = Array.from(this.target).filter(([key, assignment]) => assignment.member === member && !this.holders.has(key))
    for (const [key] of free) this.holders.set(key, member)
    return free.map(([, { topic, partition }]) => ({ topic, partition }))
  }

  /** `member` has given these up, or everything; they go to those that they are for. */
  release(member: M, partitions?: readonly TopicPartition[]): void {
    for (const key of partitions?.map(partitionKey) ?? [...this.holders.keys()]) if (this.holders.get(key) === member) this.holders.delete(key)
    for (const other of this.members) if (other !== member) other.settle()
  }

  private rebalance(): void {
    this.target = new Map(assignRanges(this.members, topic => this.source.partitions(topic)).map(assignment => [partitionKey(assignment), assignment]))
    for (const member of this.members) member.settle()
  }
}
