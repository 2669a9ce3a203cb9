import type { TopicPartition } from '../../log/log.js'
import { groupOffsets } from '../client/group-offsets.js'
import { Tries } from '../client/patience.js'
import type { Broker } from '../driver/cluster.js'
import type { PartitionLeaders } from '../fetch/partition-leaders.js'
import { decodeAssignment } from './group-protocol.js'

/** The requests about groups that kafkajs's broker has and its types do not show. */
export interface GroupRequests {
  findGroupCoordinator(request: { groupId: string; coordinatorType: 0 }): Promise<{ coordinator: { nodeId: number } }>
  joinGroup(request: {
    groupId: string
    sessionTimeout: number
    rebalanceTimeout: number
    memberId: string
    groupProtocols: readonly { name: string; metadata: Buffer }[]
  }): Promise<{ generationId: number; leaderId: string; memberId: string; members: readonly { memberId: string; memberMetadata: Buffer }[] }>
  syncGroup(request: {
    groupId: string
    generationId: number
    memberId: string
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[]
  }): Promise<{ memberAssignment: Buffer }>
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>
  describeGroups(request: { groupIds: string[] }): Promise<{
    groups: readonly { state: string; members: readonly { memberId: string; memberAssignment: Buffer }[] }[]
  }>
}

/** How long offsets that a transaction is just committing are waited for, in milliseconds: the coordinator hears of the commit after the writer does. */
const commits = { total: 500, first: 1, longest: 20 }

export type GroupBroker = GroupRequests & Broker

/** The group as its coordinator has it. */
export interface GroupDescription {
  /** Whether a rebalance is under way; the assignments are those from before it then. */
  readonly isRebalancing: boolean
  readonly assignments: ReadonlyMap<string, readonly TopicPartition[]>
}

/** Asks the broker that keeps the group; looks for it anew after each failure. Rejects with kafkajs's errors and with ProtocolFailure. */
export class GroupCoordinator {
  private broker: GroupBroker | undefined

  constructor(
    private readonly leaders: PartitionLeaders,
    private readonly groupId: string,
  ) {}

  async ask<T>(question: (broker: GroupBroker) => Promise<T>): Promise<T> {
    this.broker ??= await this.find()
    try {
      return await question(this.broker)
    } catch (error) {
      this.broker = undefined
      throw error
    }
  }

  async describe(): Promise<GroupDescription> {
    const { groups } = await this.ask(broker => broker.describeGroups({ groupIds: [this.groupId] }))
    const { state = 'Dead', members = [] } = groups[0] ?? {}
    return {
      isRebalancing: state !== 'Stable' && state !== 'Empty' && state !== 'Dead',
      assignments: new Map(members.map(({ memberId, memberAssignment }) => [memberId, decodeAssignment(memberAssignment)])),
    }
  }

  /**
   * The group's offsets in these partitions, undefined where it has none. Transactions that are being committed are waited for; one that stays open is not, and then
   * the offset is the one before it.
   */
  async committed(partitions: readonly TopicPartition[]): Promise<readonly (number | undefined)[]> {
    const isAsked = (place: TopicPartition) => partitions.some(({ topic, partition }) => topic === place.topic && partition === place.partition)
    const tries = new Tries(commits)
    let answer = await this.ask(broker => groupOffsets(broker, this.groupId, true))
    while (answer.unstable.some(isAsked)) {
      await tries.wait()
      answer = await this.ask(broker => groupOffsets(broker, this.groupId, !tries.isOver))
    }
    const { offsets } = answer
    return partitions.map(({ topic, partition }) => offsets.find(place => place.topic === topic && place.partition === partition)?.offset)
  }

  private async find(): Promise<GroupBroker> {
    const any = (await this.leaders.anyBroker()) as GroupBroker
    const { coordinator } = await any.findGroupCoordinator({ groupId: this.groupId, coordinatorType: 0 })
    try {
      return (await this.leaders.broker(coordinator.nodeId)) as GroupBroker
    } catch (error) {
      // It may have a new address, or be new.
      await this.leaders.refresh().catch(() => undefined)
      throw error
    }
  }
}
