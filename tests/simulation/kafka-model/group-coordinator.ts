import type { Clock } from '@ottla/core'
import { eventstoreErrors, partitionKey, type RecordSource, type TopicPartition } from '@ottla/eventstore'
import { shareOut } from './sticky-shares.js'

export interface GroupTimes {
  readonly clock: Clock
  readonly sessionTimeout: number
  readonly heartbeat: () => number
}

/** A member's end of the group. */
export interface Joiner {
  readonly topics: readonly string[]
  /** Whether its heartbeats come. */
  readonly isAwake: boolean
  /** Told with a heartbeat, so some time after the fact: the group is being shared out anew, or has forgotten this member. */
  mustJoin(): void
}

export interface Joined {
  readonly id: string
  readonly generation: number
  readonly partitions: readonly TopicPartition[]
}

interface Membership {
  readonly joiner: Joiner
  readonly joining: PromiseWithResolvers<Joined>[]
  partitions: readonly TopicPartition[]
  cancelSession: () => void
}

/** Kafka's group coordinator with the eager protocol: all members join again for each generation, and work on what they had until they know better. */
export class GroupCoordinator {
  private readonly members = new Map<string, Membership>()
  private generation = 0
  private preparing = false
  private cancelWaiting = () => {}
  private count = 0
  private stable: (() => void)[] = []

  constructor(
    private readonly source: RecordSource,
    private readonly times: GroupTimes,
  ) {}

  get size(): number {
    return this.members.size
  }

  get topics(): readonly string[] {
    return [...new Set([...this.members.values()].flatMap(({ joiner }) => joiner.topics))]
  }

  /** Resolves when all members have joined and the partitions are shared out. Throws TOPIC_UNKNOWN. */
  join(id: string | undefined, joiner: Joiner): Promise<Joined> {
    for (const topic of joiner.topics) if (this.source.partitions(topic) === 0) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition: 0 })
    // One that never got the answer to its first joining: a ghost, until its session ends.
    this.abandon(joiner, id)
    const known = id !== undefined && this.members.has(id) ? id : `member-${++this.count}`
    const membership = this.members.get(known) ?? { joiner, joining: [], partitions: [], cancelSession: () => {} }
    this.members.set(known, membership)
    membership.cancelSession()
    const joined = Promise.withResolvers<Joined>()
    membership.joining.push(joined)
    this.shareAnew()
    return joined.promise
  }

  /** No heartbeat comes for what this client has joined as, but for `id`. */
  abandon(joiner: Joiner, id?: string): void {
    for (const [other, membership] of this.members) if (membership.joiner === joiner && other !== id) this.fallAsleep(other)
  }

  leave(id: string): void {
    const member = this.members.get(id)
    if (!member) return
    member.cancelSession()
    this.members.delete(id)
    // Kafka answers UNKNOWN_MEMBER_ID, and the client joins again.
    for (const { reject } of member.joining)
      reject(eventstoreErrors.create('LOG_UNAVAILABLE', { log: 'the model', error: 'the group does not know the member' }))
    this.shareAnew()
  }

  /** The member is alive, and the group takes it for dead. It learns of that with its next heartbeat. */
  expel(id: string): void {
    const member = this.members.get(id)
    if (!member) return
    this.leave(id)
    this.tell(member)
  }

  /** No heartbeat comes from this member any more: it is out when its session ends. */
  fallAsleep(id: string): void {
    const member = this.members.get(id)
    if (!member) return
    member.cancelSession()
    member.cancelSession = this.times.clock.after(this.times.sessionTimeout, () => this.leave(id))
  }

  /** Heartbeats come again: the member learns what it has missed. */
  wakeUp(id: string, joiner: Joiner): void {
    const member = this.members.get(id)
    member?.cancelSession()
    if (!member || (this.preparing && member.joining.length === 0)) joiner.mustJoin()
  }

  /** Whether the member has the partition in the current assignment; waits while the group is being shared out. */
  async holds(id: string, partition: TopicPartition): Promise<boolean> {
    while (this.preparing && this.members.has(id)) await new Promise<void>(resolve => this.stable.push(resolve))
    return this.members.get(id)?.partitions.some(held => partitionKey(held) === partitionKey(partition)) ?? false
  }

  private shareAnew(): void {
    if (!this.preparing) {
      this.preparing = true
      // Who has not joined again by then is out, as after max.poll.interval.ms.
      this.cancelWaiting = this.times.clock.after(this.times.sessionTimeout * 3, () => this.dropLate())
      for (const member of this.members.values()) if (member.joining.length === 0) this.tell(member)
    }
    if ([...this.members.values()].every(({ joining }) => joining.length > 0)) this.complete()
  }

  private dropLate(): void {
    const late = [...this.members].filter(([, { joining }]) => joining.length === 0)
    for (const [id] of late) this.expel(id)
  }

  private tell(member: Membership): void {
    this.times.clock.after(this.times.heartbeat(), () => member.joiner.mustJoin())
  }

  private complete(): void {
    this.preparing = false
    this.cancelWaiting()
    this.generation++
    const shares = shareOut(
      [...this.members].map(([id, { joiner, partitions }]) => ({ id, topics: joiner.topics, held: partitions })),
      topic => this.source.partitions(topic),
    )
    for (const [id, member] of this.members) {
      member.partitions = shares.get(id) ?? []
      const joined = { id, generation: this.generation, partitions: member.partitions }
      for (const { resolve } of member.joining.splice(0)) this.times.clock.nextTurn(() => resolve(joined))
      if (!member.joiner.isAwake) this.fallAsleep(id)
    }
    for (const resolve of this.stable.splice(0)) resolve()
  }
}
