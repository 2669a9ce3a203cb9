import type { AssignerProtocol } from 'kafkajs'
import type { TopicPartition } from '../../log/log.js'
import { ByteReader } from '../fetch/byte-reader.js'
import type { Subscription } from './sticky-assignment.js'

/** The name by which the members of a group agree on the assignor; members with another one are refused by the coordinator. */
export const stickyProtocol = 'ottla-sticky'

/** kafkajs's encoders of Kafka's consumer protocol: tools such as kafka-consumer-groups read what they write. */
export type Encoders = typeof AssignerProtocol

/** What a member holds travels as JSON in the user data of its subscription. */
interface Claims {
  readonly generation: number
  readonly owned: Readonly<Record<string, readonly number[]>>
}

export function encodeSubscription({ MemberMetadata }: Encoders, { topics, generation, owned }: Omit<Subscription, 'memberId'>): Buffer {
  const claims: Claims = { generation, owned: byTopic(owned) }
  return MemberMetadata.encode({ version: 0, topics: [...topics], userData: Buffer.from(JSON.stringify(claims)) })
}

/** User data that cannot be read claims nothing. */
export function decodeSubscription(memberId: string, metadata: Buffer): Subscription {
  const reader = new ByteReader(metadata)
  reader.int16() // version
  const topics = reader.list(() => reader.string())
  const { generation, owned } = claimsOf(reader.at < metadata.length ? reader.view() : undefined)
  return { memberId, topics, generation, owned: Object.entries(owned).flatMap(([topic, partitions]) => partitions.map(partition => ({ topic, partition }))) }
}

export function encodeAssignment({ MemberAssignment }: Encoders, partitions: readonly TopicPartition[]): Buffer {
  return MemberAssignment.encode({ version: 0, assignment: byTopic(partitions), userData: Buffer.alloc(0) })
}

/** An assignment without bytes is an empty one. */
export function decodeAssignment(assignment: Buffer | null): readonly TopicPartition[] {
  if (!assignment || assignment.length === 0) return []
  const reader = new ByteReader(assignment)
  reader.int16() // version
  return reader
    .list(() => {
      const topic = reader.string()
      return reader.list(() => ({ topic, partition: reader.int32() }))
    })
    .flat()
}

function claimsOf(userData: Buffer | undefined): Claims {
  const nothing = { generation: -1, owned: {} }
  try {
    const { generation, owned } = JSON.parse(String(userData)) as Claims
    const isWhole = Number.isInteger(generation) && Object.values(owned).every(partitions => partitions.every(Number.isInteger))
    return isWhole ? { generation, owned } : nothing
  } catch {
    return nothing
  }
}

function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {}
  for (const { topic, partition } of partitions) {
    const numbers = topics[topic] ?? []
    topics[topic] = numbers
    numbers.push(partition)
  }
  return topics
}
