import type { TopicPartition } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'

/** What a member tells of itself when it joins. */
export interface Subscription {
  readonly memberId: string
  readonly topics: readonly string[]
  /** What it holds since which generation of the group; nothing for a new member. */
  readonly generation: number
  readonly owned: readonly TopicPartition[]
}

/**
 * Shares the partitions between the members that read their topics: balanced within one, everybody keeps what it has as far as that allows, and as few as
 * possible move. Where two members claim the same partition, the one of the later generation has it: the other was away meanwhile. The same for the same
 * members in any order.
 */
export function assignSticky(subscriptions: readonly Subscription[], partitions: (topic: string) => number): ReadonlyMap<string, readonly TopicPartition[]> {
  const members = subscriptions.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1)).map(subscription => new Share(subscription))
  const claims = claimsOf(members)
  const homeless: TopicPartition[] = []
  for (const topic of [...new Set(members.flatMap(({ topics }) => [...topics]))].sort()) {
    for (let partition = 0; partition < partitions(topic); partition++) {
      const claim = claims.get(partitionKey({ topic, partition }))
      if (claim) claim.partitions.push({ topic, partition })
      else homeless.push({ topic, partition })
    }
  }
  for (const partition of homeless) least(members, partition.topic)?.partitions.push(partition)
  while (moveOne(members));
  return new Map(members.map(({ memberId, partitions: held }) => [memberId, held]))
}

class Share {
  readonly memberId: string
  readonly topics: ReadonlySet<string>
  readonly partitions: TopicPartition[] = []

  constructor(readonly subscription: Subscription) {
    this.memberId = subscription.memberId
    this.topics = new Set(subscription.topics)
  }
}

function claimsOf(members: readonly Share[]): ReadonlyMap<string, Share> {
  const claims = new Map<string, Share>()
  for (const member of members) {
    for (const partition of member.subscription.owned) {
      const key = partitionKey(partition)
      const other = claims.get(key)?.subscription.generation ?? Number.NEGATIVE_INFINITY
      if (member.topics.has(partition.topic) && member.subscription.generation > other) claims.set(key, member)
    }
  }
  return claims
}

/** The reader of the topic that has the fewest partitions. */
function least(members: readonly Share[], topic: string): Share | undefined {
  let found: Share | undefined
  for (const member of members) if (member.topics.has(topic) && (!found || member.partitions.length < found.partitions.length)) found = member
  return found
}

/** Moves one partition from a member with the most to one that has at least two fewer. False when there is nothing to move. */
function moveOne(members: readonly Share[]): boolean {
  for (const from of members.toSorted((a, b) => b.partitions.length - a.partitions.length)) {
    for (let index = from.partitions.length - 1; index >= 0; index--) {
      const to = least(members, (from.partitions[index] as TopicPartition).topic)
      if (!to || to.partitions.length > from.partitions.length - 2) continue
      to.partitions.push(...from.partitions.splice(index, 1))
      return true
    }
  }
  return false
}
