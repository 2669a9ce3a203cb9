import { eventstoreErrors } from '../../eventstore-errors.js'
import type { TopicOffset, TopicPartition } from '../../log/log.js'
import type { Broker } from '../driver/cluster.js'
import { type ClusterMetadata, metadataRequest, type TopicMetadata } from '../fetch/metadata-request.js'
import type { Connections } from './connections.js'
import { type Attempt, logError } from './log-error.js'
import { patiently } from './patience.js'
import { code, isTransient, ProtocolFailure } from './protocol-failure.js'

/** The first offset that is still there, and the one that the next record gets. */
export const place = { begin: -2, end: -1 } as const

/** How long the brokers may be unreachable, or a topic unknown that was just made, before that is told. Milliseconds. */
const patience = { total: 5_000, first: 20, longest: 500 }
const newTopic = { total: 500, first: 20, longest: 100 }

/** Calls to brokers for questions about the cluster, with connections of their own. Every call ends in bounded time and rejects with Ottla's errors. */
export class BrokerCalls {
  constructor(
    private readonly connections: Connections,
    private readonly log: string,
  ) {}

  /** Calls again while the cluster is busy with itself, or not reached. */
  async call<T>(attempt: Omit<Attempt, 'log'>, operation: () => Promise<T>): Promise<T> {
    try {
      return await patiently(patience, operation, error => !isUnknownTopic(error) && isTransient(error))
    } catch (error) {
      throw logError(error, { ...attempt, log: this.log })
    }
  }

  /** All topics, or some, each with its own error code. */
  async metadata(topics?: readonly string[]): Promise<ClusterMetadata> {
    const broker = await this.anyBroker()
    return broker.connectionPool.send(metadataRequest(topics))
  }

  /** Rejects with TOPIC_UNKNOWN when it does not exist, and is not just being made. */
  async topic(name: string): Promise<TopicMetadata> {
    return patiently(newTopic, () => this.topicNow(name), isUnknownTopic)
  }

  async broker(nodeId: number): Promise<Broker> {
    const { cluster } = this.connections
    try {
      return await cluster.findBroker({ nodeId: `${nodeId}` })
    } catch (error) {
      await cluster.refreshMetadata()
      throw error
    }
  }

  /** Rejects with kafkajs's errors when no broker can be reached. */
  async connect(): Promise<void> {
    await this.connections.cluster.connect()
    await this.connections.cluster.refreshMetadata()
  }

  /** A broker that takes changes of topics. In KRaft any does, and passes them on. */
  async controller(): Promise<Broker> {
    return this.broker((await this.metadata([])).controller)
  }

  groupCoordinator(groupId: string): Promise<Broker> {
    return this.connections.cluster.findGroupCoordinator({ groupId })
  }

  /** Of all partitions of a topic, in order; with isolation level 1 the end is that before the first open transaction. */
  async offsets(topic: string, timestamp: number, isolationLevel: 0 | 1 = 0): Promise<readonly number[]> {
    const { partitions } = await this.topic(topic)
    const found = new Map<number, number>()
    const byLeader = Map.groupBy(partitions, ({ leader }) => leader)
    const ask = async (leader: number, places: readonly TopicPartition[]) => {
      if (leader < 0) throw new ProtocolFailure('ListOffsets', code.leaderNotAvailable, places[0])
      const broker = await this.broker(leader)
      const request = { isolationLevel, topics: [{ topic, partitions: places.map(({ partition }) => ({ partition, timestamp })) }] }
      const { responses } = await listing(broker).listOffsets(request)
      for (const { partitions: answers } of responses) for (const { partition, offset } of answers) found.set(partition, Number(offset))
    }
    await Promise.all(
      Array.from(byLeader, ([leader, led]) =>
        ask(
          leader,
          led.map(({ partition }) => ({ topic, partition })),
        ),
      ),
    )
    return partitions.map((_, partition) => found.get(partition) as number)
  }

  /** Each partition at its leader. */
  async atLeaders(places: readonly TopicOffset[], operation: (broker: Broker, places: readonly TopicOffset[]) => Promise<unknown>): Promise<void> {
    const leaders = new Map<number, TopicOffset[]>()
    for (const at of places) {
      const { partitions } = await this.topic(at.topic)
      const leader = partitions.find(({ partition }) => partition === at.partition)?.leader
      if (leader === undefined) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic: at.topic, partition: at.partition })
      if (leader < 0) throw new ProtocolFailure('Metadata', code.leaderNotAvailable, at)
      leaders.set(leader, [...(leaders.get(leader) ?? []), at])
    }
    await Promise.all(Array.from(leaders, async ([leader, led]) => operation(await this.broker(leader), led)))
  }

  private async topicNow(name: string): Promise<TopicMetadata> {
    const [found] = (await this.metadata([name])).topics
    if (!found || found.code === code.unknownTopicOrPartition) throw new ProtocolFailure('Metadata', code.unknownTopicOrPartition, { topic: name })
    if (found.code !== 0) throw new ProtocolFailure('Metadata', found.code, { topic: name })
    return { ...found, partitions: found.partitions.toSorted((a, b) => a.partition - b.partition) }
  }

  private anyBroker(): Promise<Broker> {
    return this.connections.cluster.brokerPool.findConnectedBroker()
  }
}

export function isUnknownTopic(error: unknown): boolean {
  return error instanceof ProtocolFailure && error.code === code.unknownTopicOrPartition
}

interface Listing {
  listOffsets(request: object): Promise<{ responses: { partitions: { partition: number; offset: string }[] }[] }>
}

function listing(broker: Broker): Listing {
  return broker as unknown as Listing
}
