import type { Clock } from '@ottla/core'
import type { TopicPartition } from '../../log/log.js'
import type { Connections } from '../client/connections.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { protocolCode } from '../client/protocol-failure.js'
import { isLasting } from '../fetch/lasting-failure.js'
import { PartitionLeaders } from '../fetch/partition-leaders.js'
import { type GroupBroker, GroupCoordinator } from './group-coordinator.js'
import { decodeAssignment, decodeSubscription, type Encoders, encodeAssignment, encodeSubscription, stickyProtocol } from './group-protocol.js'
import { assignSticky } from './sticky-assignment.js'

const rebalanceInProgress = 27
const illegalGeneration = 22
const unknownMember = 25

const pause = { first: 50, longest: 1_000 }

export interface SessionEvents {
  /** What the member holds now; it claims these when it joins. */
  readonly holds: () => readonly TopicPartition[]
  /** The group has a new generation, in which this member has these. */
  readonly joined: (partitions: readonly TopicPartition[]) => void
  /** The group went on without this member: all that it held is somebody else's by now. */
  readonly lost: () => void
  /** The session has ended by what does not pass. */
  readonly failed: (error: unknown) => void
}

/**
 * One member's place in a group by Kafka's classic protocol: joins, beats by a timer of its own whatever its owner is doing, joins again when the group
 * rebalances, and anew when the group has given it up. Has connections of its own, since a JoinGroup holds its connection up until all members have come.
 *
 * While the coordinator cannot be reached the member keeps what it has: a coordinator that comes back gives every member a whole session timeout, from when it has
 * read the group. A broker that takes connections only later than that has given its members up; they join anew, as after any other loss.
 */
export class GroupSession {
  memberId = ''
  generation = -1
  /** Whether the member has its place in the group's present generation, as far as it has heard. */
  isStable = false
  private readonly connections: Connections
  private readonly leaders: PartitionLeaders
  private readonly coordinator: GroupCoordinator
  private readonly encoders: Encoders
  private failures = 0
  private isEnded = false
  private wake: (() => void) | undefined

  constructor(
    private readonly client: KafkaClient,
    private readonly groupId: string,
    private readonly topics: readonly string[],
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.connections = client.connections({ isolationLevel: 1, metadataMaxAge: 300_000 })
    this.leaders = new PartitionLeaders(this.connections.cluster, clock)
    for (const topic of topics) this.leaders.follow(topic)
    this.coordinator = new GroupCoordinator(this.leaders, groupId)
    this.encoders = client.source('consumer/assignerProtocol.js') as Encoders
  }

  /** Joins, and stays until `end`. */
  async run(): Promise<void> {
    while (!this.isEnded) {
      try {
        if (this.isStable) await this.beat()
        else await this.join()
        this.failures = 0
      } catch (error) {
        if (!this.isEnded) await this.recover(error)
      }
    }
  }

  /** Beats and joins no more. Leaving the group is the caller's, by other connections: these may be held up by a JoinGroup. */
  end(): void {
    this.isEnded = true
    this.isStable = false
    this.wake?.()
    void this.connections.close()
  }

  private async beat(): Promise<void> {
    await this.sleep(this.client.settings.heartbeatInterval)
    if (this.isEnded) return
    const { groupId, memberId, generation } = this
    await this.coordinator.ask(broker => broker.heartbeat({ groupId, memberId, groupGenerationId: generation }))
  }

  private async join(): Promise<void> {
    await this.leaders.refresh()
    const partitions = await this.coordinator.ask(broker => this.joinAndSync(broker))
    if (this.isEnded) return
    this.isStable = true
    this.events.joined(partitions)
  }

  private async joinAndSync(broker: GroupBroker): Promise<readonly TopicPartition[]> {
    const { groupId, topics, generation } = this
    const { sessionTimeout, rebalanceTimeout } = this.client.settings
    const metadata = encodeSubscription(this.encoders, { topics, generation, owned: this.events.holds() })
    const groupProtocols = [{ name: stickyProtocol, metadata }]
    const joined = await broker.joinGroup({ groupId, sessionTimeout, rebalanceTimeout, memberId: this.memberId, groupProtocols })
    this.memberId = joined.memberId
    const groupAssignment = joined.memberId === joined.leaderId ? await this.assign(joined.members) : []
    const { memberAssignment } = await broker.syncGroup({ groupId, generationId: joined.generationId, memberId: joined.memberId, groupAssignment })
    this.generation = joined.generationId
    return decodeAssignment(memberAssignment)
  }

  /** The leader of a group's generation shares the partitions out for all. */
  private async assign(members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]) {
    const subscriptions = members.map(({ memberId, memberMetadata }) => decodeSubscription(memberId, memberMetadata))
    for (const { topics } of subscriptions) for (const topic of topics) this.leaders.follow(topic)
    await this.leaders.refresh()
    const shares = assignSticky(subscriptions, topic => this.leaders.partitions(topic) ?? 0)
    return Array.from(shares, ([memberId, partitions]) => ({ memberId, memberAssignment: encodeAssignment(this.encoders, partitions) }))
  }

  private async recover(error: unknown): Promise<void> {
    const found = protocolCode(error)
    if (found === unknownMember || found === illegalGeneration) {
      this.isStable = false
      this.generation = -1
      if (found === unknownMember) this.memberId = ''
      this.events.lost()
    } else if (found === rebalanceInProgress) {
      this.isStable = false
    } else if (isLasting(error)) {
      this.end()
      this.events.failed(error)
      return
    } else {
      await this.sleep(Math.min(pause.first * 2 ** this.failures, pause.longest) * (0.5 + Math.random() / 2))
    }
    this.failures++
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.clock.after(milliseconds, resolve)
      this.wake = () => {
        cancel()
        resolve()
      }
    })
  }
}
