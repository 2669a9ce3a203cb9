import type { TopicPartition } from '../log/log.js'

/** A partition and whose it is. */
export interface Assignment<M> extends TopicPartition {
  readonly member: M
}

/**
 * Kafka's range assignment: of each topic, every subscriber gets a run of neighbouring partitions, the earlier ones one
 * more where it does not divide. So members that read the same topics hold the same partition numbers of all of them.
 */
export function assignRanges<M extends { readonly topics: readonly string[] }>(members: readonly M[], partitions: (topic: string) => number): Assignment<M>[] {
  const topics = [...new Set(members.flatMap(member => member.topics))]
  return topics.flatMap(topic => {
    const subscribers = members.filter(member => member.topics.includes(topic))
    const count = partitions(topic)
    return Array.from({ length: count }, (_, partition) => {
      const member = subscribers[subscriberOf(partition, count, subscribers.length)] as M
      return { topic, partition, member }
    })
  })
}

function subscriberOf(partition: number, partitions: number, subscribers: number): number {
  const share = Math.floor(partitions / subscribers)
  const larger = partitions % subscribers
  const inLarger = larger * (share + 1)
  return partition < inLarger ? Math.floor(partition / (share + 1)) : larger + Math.floor((partition - inLarger) / share)
}
