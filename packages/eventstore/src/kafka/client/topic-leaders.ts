import type { TopicPartition } from '../../log/log.js'
import type { Broker, Cluster } from '../driver/cluster.js'
import { code, ProtocolFailure } from './protocol-failure.js'

/** Finds the brokers that lead partitions. What it knows may be old: after an answer that says so, `refresh`. */
export class TopicLeaders {
  private readonly known = new Set<string>()

  constructor(private readonly cluster: Cluster) {}

  /** Rejects with a failure that names the topic when it does not exist, or may not be seen. */
  async learn(topic: string): Promise<void> {
    if (this.known.has(topic)) return
    const { cluster } = this
    await cluster.addMultipleTargetTopics([topic])
    if (this.codeOf(topic) !== 0) await cluster.refreshMetadata()
    const found = this.codeOf(topic)
    if (found !== 0) throw new ProtocolFailure('Metadata', found, { topic })
    this.known.add(topic)
  }

  /** Where the records of this partition go. Rejects where it has no leader at the moment, or does not exist. */
  async leader({ topic, partition }: TopicPartition): Promise<Broker> {
    const [leader] = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]))
    if (leader === undefined) throw new ProtocolFailure('Metadata', code.unknownTopicOrPartition, { topic, partition })
    if (leader === '-1') throw new ProtocolFailure('Metadata', code.leaderNotAvailable, { topic, partition })
    return this.cluster.findBroker({ nodeId: leader })
  }

  /** Whether a known topic has this partition. */
  has({ topic, partition }: TopicPartition): boolean {
    return this.cluster.findTopicPartitionMetadata(topic).some(({ partitionId }) => partitionId === partition)
  }

  async refresh(): Promise<void> {
    await this.cluster.refreshMetadata()
  }

  private codeOf(topic: string): number {
    const metadata = this.cluster.brokerPool.metadata?.topicMetadata.find(known => known.topic === topic)
    return metadata?.topicErrorCode ?? code.unknownTopicOrPartition
  }
}
