import type { TopicOffset } from '../../log/log.js'
import type { BrokerCalls } from '../client/broker-calls.js'
import { groupOffsets } from '../client/group-offsets.js'
import { Tries } from '../client/patience.js'
import { code, ProtocolFailure, protocolCode } from '../client/protocol-failure.js'
import type { Broker } from '../driver/cluster.js'

/** Requests of kafkajs's broker that its types do not show. */
interface GroupBroker {
  listGroups(): Promise<{ groups: { groupId: string; protocolType: string }[] }>
  describeGroups(request: { groupIds: readonly string[] }): Promise<{ groups: { errorCode: number; members: { memberMetadata: Buffer }[] }[] }>
}

/** How long offsets that a transaction is just committing are waited for, in milliseconds. */
const commits = { total: 500, first: 1, longest: 20 }

/** What brokers answer who commits a group's offset without being a member, while it has members. */
const active: ReadonlySet<number | undefined> = new Set([code.unknownMember, code.illegalGeneration, code.rebalanceInProgress])

/** The consumer groups of a cluster. */
export class GroupCatalog {
  constructor(private readonly calls: BrokerCalls) {}

  all(): Promise<readonly string[]> {
    return this.calls.call({ operation: 'listing groups' }, async () => {
      const { brokers } = await this.calls.metadata([])
      const lists = await Promise.all(brokers.map(async ({ nodeId }) => ofGroups(await this.calls.broker(nodeId)).listGroups()))
      const groups = lists.flatMap(list => list.groups).filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
      return [...new Set(groups.map(({ groupId }) => groupId))].sort()
    })
  }

  /** What the group has committed; of a partition with an open transaction, what was committed before it. */
  offsets(group: string): Promise<readonly TopicOffset[]> {
    return this.calls.call({ operation: 'asking for offsets', resource: group }, async () => {
      const coordinator = await this.calls.groupCoordinator(group)
      for (const tries = new Tries(commits); ; await tries.wait()) {
        const { offsets, unstable } = await groupOffsets(coordinator, group, !tries.isOver)
        if (unstable.length === 0) return offsets
      }
    })
  }

  /** The topics that its members read. */
  subscribed(group: string): Promise<readonly string[]> {
    return this.calls.call({ operation: 'describing a group', resource: group }, async () => {
      const members = await this.members(group)
      return [...new Set(members.flatMap(({ memberMetadata }) => topicsOf(memberMetadata)))]
    })
  }

  /** Sets the offsets of a group without members. Where it has members, sets nothing and gives how many. */
  reset(group: string, offsets: readonly TopicOffset[]): Promise<number> {
    return this.calls.call({ operation: 'resetting a group', resource: group }, async () => {
      const members = await this.members(group)
      if (members.length > 0 || offsets.length === 0) return members.length
      const coordinator = await this.calls.groupCoordinator(group)
      const topics = Array.from(
        Map.groupBy(offsets, ({ topic }) => topic),
        ([topic, places]) => ({ topic, partitions: places.map(({ partition, offset }) => ({ partition, offset: String(offset) })) }),
      )
      try {
        // Without member and generation: the coordinator refuses that while the group has members.
        await coordinator.offsetCommit({ groupId: group, groupGenerationId: -1, memberId: '', topics })
        return 0
      } catch (error) {
        if (active.has(protocolCode(error))) return Math.max(1, (await this.members(group)).length)
        throw error
      }
    })
  }

  private async members(group: string): Promise<readonly { readonly memberMetadata: Buffer }[]> {
    const coordinator = await this.calls.groupCoordinator(group)
    try {
      const { groups } = await ofGroups(coordinator).describeGroups({ groupIds: [group] })
      return groups.flatMap(({ members }) => members)
    } catch (error) {
      const found = protocolCode(error)
      if (found === code.groupNotFound) return []
      throw found === undefined ? error : new ProtocolFailure('DescribeGroups', found)
    }
  }
}

/** The topics of a member's subscription: version, topics, user data. */
function topicsOf(metadata: Buffer): readonly string[] {
  if (metadata.length < 6) return []
  const topics: string[] = []
  let at = 6
  for (let count = metadata.readInt32BE(2); count > 0; count--) {
    const length = metadata.readInt16BE(at)
    topics.push(metadata.toString('utf8', at + 2, at + 2 + length))
    at += 2 + length
  }
  return topics
}

function ofGroups(broker: Broker): GroupBroker {
  return broker as unknown as GroupBroker
}
