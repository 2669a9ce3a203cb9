import { eventstoreErrors } from '../../eventstore-errors.js'
import type { TopicConfig, TopicOffset, TopicPartition } from '../../log/log.js'
import { type BrokerCalls, isUnknownTopic, place } from '../client/broker-calls.js'
import { Tries } from '../client/patience.js'
import { code, ProtocolFailure } from '../client/protocol-failure.js'
import { alterTopicSetting, createTopic, deleteRecords, deleteTopic, topicSettings } from './topic-requests.js'
import { describedTopic, newTopicSettings, requireFit } from './topic-settings.js'

/** How a new topic is replicated; undefined: as well as the cluster can. */
export interface Replication {
  readonly replicationFactor: number | undefined
  readonly minInsyncReplicas: number | undefined
}

/** How long markers of transactions that were just committed are waited for, and topics that are being made or deleted. Milliseconds. */
const markers = { total: 100, first: 1, longest: 10 }
const change = { total: 10_000, first: 5, longest: 200 }

/** The topics of a cluster and the offsets of their partitions. */
export class TopicCatalog {
  constructor(
    private readonly calls: BrokerCalls,
    private readonly replication: Replication,
  ) {}

  /** Those that do not exist; throws when one exists and does not fit. */
  missing(wanted: readonly TopicConfig[]): Promise<readonly TopicConfig[]> {
    return this.calls.call({ operation: 'describing topics' }, async () => {
      const { topics } = await this.calls.metadata(wanted.map(({ name }) => name))
      const existing = new Map(topics.filter(topic => topic.code !== code.unknownTopicOrPartition).map(topic => [topic.topic, topic]))
      for (const { topic, code: found } of existing.values()) if (found !== 0) throw new ProtocolFailure('Metadata', found, { topic })
      const settings = await topicSettings(await this.calls.controller(), [...existing.keys()])
      for (const config of wanted) {
        const found = settings.get(config.name)
        if (found) requireFit(config, describedTopic(config.name, existing.get(config.name)?.partitions.length ?? 0, found), found)
      }
      return wanted.filter(({ name }) => !existing.has(name))
    })
  }

  async create(configs: readonly TopicConfig[]): Promise<void> {
    await this.calls.call({ operation: 'creating topics' }, async () => {
      const { brokers } = await this.calls.metadata([])
      const { replicationFactor = Math.min(3, brokers.length) } = this.replication
      const { minInsyncReplicas = replicationFactor > 2 ? 2 : 1 } = this.replication
      const broker = await this.calls.controller()
      for (const config of configs) {
        const configEntries = newTopicSettings(config, minInsyncReplicas)
        await createTopic(broker, { topic: config.name, numPartitions: config.partitions, replicationFactor, configEntries })
      }
    })
    for (const tries = new Tries(change); !(await this.areLed(configs)) && !tries.isOver; ) await tries.wait()
  }

  all(): Promise<readonly TopicConfig[]> {
    return this.calls.call({ operation: 'listing topics' }, async () => {
      const { topics } = await this.calls.metadata()
      const listed = topics.filter(topic => !topic.isInternal && topic.code === 0)
      const settings = await topicSettings(
        await this.calls.controller(),
        listed.map(({ topic }) => topic),
        true,
      )
      return listed.flatMap(({ topic, partitions }) => {
        const found = settings.get(topic)
        return found ? [describedTopic(topic, partitions.length, found)] : []
      })
    })
  }

  describe(name: string): Promise<TopicConfig> {
    return this.calls.call({ operation: 'describing a topic', topic: name }, async () => {
      const { partitions } = await this.calls.topic(name)
      const settings = (await topicSettings(await this.calls.controller(), [name])).get(name)
      if (!settings) throw new ProtocolFailure('DescribeConfigs', code.unknownTopicOrPartition, { topic: name })
      return describedTopic(name, partitions.length, settings)
    })
  }

  /** Waits until a description shows it: brokers hear of a change one after another. */
  async setRetention(name: string, retention: number | undefined): Promise<void> {
    const value = retention === undefined ? '-1' : String(retention)
    await this.calls.call({ operation: 'altering a topic', topic: name }, async () =>
      alterTopicSetting(await this.calls.controller(), name, 'retention.ms', value),
    )
    const isSet = async () => (await topicSettings(await this.calls.controller(), [name])).get(name)?.['retention.ms'] === value
    for (const tries = new Tries(change); !(await this.calls.call({ operation: 'altering a topic', topic: name }, isSet)) && !tries.isOver; ) await tries.wait()
  }

  async delete(name: string): Promise<void> {
    await this.calls.call({ operation: 'deleting a topic', topic: name }, async () => {
      await this.calls.topic(name)
      await deleteTopic(await this.calls.controller(), name)
    })
    for (const tries = new Tries(change); (await this.exists(name)) && !tries.isOver; ) await tries.wait()
  }

  offsets(topic: string, at: (typeof place)[keyof typeof place]): Promise<readonly number[]> {
    return this.calls.call({ operation: 'asking for offsets', topic }, () => this.calls.offsets(topic, at))
  }

  /** The ends, when no transaction is open on the topic or its markers took too long. */
  settledEnds(topic: string): Promise<readonly number[]> {
    return this.calls.call({ operation: 'asking for offsets', topic }, async () => {
      for (const tries = new Tries(markers); ; await tries.wait()) {
        const stable = await this.calls.offsets(topic, place.end, 1)
        const ends = await this.calls.offsets(topic, place.end)
        if (tries.isOver || ends.every((end, partition) => end === stable[partition])) return ends
      }
    })
  }

  async deleteRecords(before: readonly TopicOffset[]): Promise<void> {
    await this.requirePartitions(before)
    await this.calls.call({ operation: 'deleting records', topic: before[0]?.topic ?? '' }, async () => {
      const ends = new Map<string, readonly number[]>()
      for (const { topic } of before) if (!ends.has(topic)) ends.set(topic, await this.calls.offsets(topic, place.end))
      const there = before.map(at => ({ ...at, offset: Math.min(at.offset, ends.get(at.topic)?.[at.partition] as number) }))
      await this.calls.atLeaders(there, deleteRecords)
    })
  }

  /** Throws TOPIC_UNKNOWN. */
  async requirePartitions(partitions: readonly TopicPartition[]): Promise<void> {
    for (const { topic, partition } of partitions) {
      const found = await this.calls.call({ operation: 'describing a topic', topic, partition }, () => this.calls.topic(topic))
      if (partition >= found.partitions.length) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition })
    }
  }

  private async areLed(configs: readonly TopicConfig[]): Promise<boolean> {
    const { topics } = await this.calls.call({ operation: 'creating topics' }, () => this.calls.metadata(configs.map(({ name }) => name)))
    return topics.every(({ code: found, partitions }) => found === 0 && partitions.every(({ leader }) => leader >= 0))
  }

  private exists(name: string): Promise<boolean> {
    return this.calls.call({ operation: 'deleting a topic', topic: name }, async () => {
      const [topic] = (await this.calls.metadata([name])).topics
      return topic !== undefined && !isUnknownTopic(new ProtocolFailure('Metadata', topic.code))
    })
  }
}
