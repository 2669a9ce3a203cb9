import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { TopicPartition } from '../../log/log.js'
import { code, ProtocolFailure } from '../client/protocol-failure.js'
import type { Broker, Cluster, PoolMetadata } from '../driver/cluster.js'

/** How long a topic may be unknown before that is believed, in milliseconds: brokers hear of a new topic one after another. */
const patience = { never: 1_000, known: 10_000 }

type TopicMetadata = PoolMetadata['topicMetadata'][number]

/** Which broker leads which partition, asked anew when somebody finds that it has changed. */
export class PartitionLeaders {
  private readonly topics = new Map<string, TopicMetadata | undefined>()
  private readonly unknownSince = new Map<string, number>()
  private refreshing: Promise<void> | undefined

  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
  ) {}

  /** Includes the topic in every refresh from now on. */
  follow(topic: string): void {
    if (!this.topics.has(topic)) this.topics.set(topic, undefined)
  }

  /** The node id of the partition's leader; undefined where it is not known, or there is none. */
  leader({ topic, partition }: TopicPartition): number | undefined {
    const leader = this.topics.get(topic)?.partitionMetadata.find(place => place.partitionId === partition)?.leader
    return leader === undefined || leader < 0 ? undefined : leader
  }

  /** How many partitions the topic has; undefined where that has not been heard. */
  partitions(topic: string): number | undefined {
    return this.topics.get(topic)?.partitionMetadata.length
  }

  /** The broker, connected. Rejects with kafkajs's errors. */
  broker(nodeId: number): Promise<Broker> {
    return this.cluster.findBroker({ nodeId: `${nodeId}` })
  }

  /** Any broker, connected. Rejects with kafkajs's errors when none can be reached. */
  anyBroker(): Promise<Broker> {
    return this.cluster.brokerPool.findConnectedBroker()
  }

  /** Asks a broker again; who asks meanwhile shares the answer. Rejects with kafkajs's errors, and with TOPIC_UNKNOWN when a topic has not been there for a while. */
  refresh(): Promise<void> {
    this.refreshing ??= this.ask().finally(() => {
      this.refreshing = undefined
    })
    return this.refreshing
  }

  /** Rejects with TOPIC_UNKNOWN when one of the topics does not exist, and is not just being made. */
  async require(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.follow(topic)
    await this.refresh()
    while (topics.some(topic => this.topics.get(topic) === undefined)) {
      await new Promise<void>(resolve => void this.clock.after(50, resolve))
      await this.refresh()
    }
  }

  private async ask(): Promise<void> {
    const { brokerPool } = this.cluster
    await brokerPool.refreshMetadata([...this.topics.keys()])
    for (const topic of brokerPool.metadata?.topicMetadata ?? []) this.note(topic)
  }

  private note(metadata: TopicMetadata): void {
    const { topic, topicErrorCode: failure } = metadata
    if (failure === code.topicForbidden) throw new ProtocolFailure('Metadata', failure, { topic })
    if (failure !== code.unknownTopicOrPartition) {
      this.unknownSince.delete(topic)
      if (metadata.partitionMetadata.length > 0) this.topics.set(topic, metadata)
      return
    }
    const since = this.unknownSince.get(topic) ?? this.clock.now()
    this.unknownSince.set(topic, since)
    const wait = this.topics.get(topic) ? patience.known : patience.never
    if (this.clock.now() - since >= wait) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition: 0 })
  }
}
