import { eventstoreErrors, type GroupLag, type LogAdmin, type TopicConfig, type TopicOffset } from '@ottla/eventstore'
import type { MemoryBroker } from './memory-broker.js'

/** Topics, offsets and groups of a MemoryBroker. */
export class MemoryAdmin implements LogAdmin {
  /** @param reach resolves when the client may ask the broker */
  constructor(
    private readonly broker: MemoryBroker,
    private readonly reach: () => Promise<void>,
  ) {}

  async ensureTopics(topics: readonly TopicConfig[]): Promise<void> {
    await this.reach()
    for (const config of topics) {
      const actual = this.broker.topics.get(config.name)?.partitions.length
      if (actual !== undefined && actual !== config.partitions)
        throw eventstoreErrors.create('TOPIC_DIFFERS', { topic: config.name, actual, wanted: config.partitions })
    }
    for (const config of topics) {
      if (this.broker.topics.has(config.name)) continue
      this.broker.topics.set(config.name, { config, partitions: Array.from({ length: config.partitions }, () => ({ begin: 0, end: 0, records: [] })) })
    }
    this.broker.changed()
  }

  async listTopics(): Promise<readonly TopicConfig[]> {
    await this.reach()
    return Array.from(this.broker.topics.values(), ({ config }) => config)
  }

  async describeTopic(name: string): Promise<TopicConfig> {
    await this.reach()
    return this.broker.topic(name).config
  }

  async alterTopic(name: string, change: { readonly retention?: number }): Promise<void> {
    await this.reach()
    const topic = this.broker.topic(name)
    topic.config = { ...topic.config, ...change }
  }

  async deleteTopic(name: string): Promise<void> {
    await this.reach()
    this.broker.topic(name)
    this.broker.topics.delete(name)
    for (const offsets of this.broker.offsets.values()) for (const [key, { topic }] of offsets) if (topic === name) offsets.delete(key)
    this.broker.changed()
  }

  async beginOffsets(topic: string): Promise<readonly number[]> {
    await this.reach()
    return this.broker.topic(topic).partitions.map(({ begin }) => begin)
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    await this.reach()
    return this.broker.topic(topic).partitions.map(({ end }) => end)
  }

  async deleteRecords(before: readonly TopicOffset[]): Promise<void> {
    await this.reach()
    for (const { offset, ...at } of before) {
      const partition = this.broker.partition(at)
      partition.begin = Math.max(partition.begin, Math.min(offset, partition.end))
      partition.records = partition.records.filter(record => record.offset >= partition.begin)
    }
  }

  async listGroups(): Promise<readonly string[]> {
    await this.reach()
    return [...new Set([...this.broker.offsets.keys(), ...this.broker.activeGroups()])]
  }

  async groupLag(group: string): Promise<readonly GroupLag[]> {
    await this.reach()
    const topics = new Set([...this.broker.topicsOf(group), ...Array.from(this.broker.offsets.get(group)?.values() ?? [], ({ topic }) => topic)])
    return [...topics].flatMap(topic =>
      this.broker.topic(topic).partitions.map(({ begin, end }, partition) => {
        const committed = this.broker.committed(group, { topic, partition })
        return { topic, partition, committed, end, lag: end - Math.max(begin, committed ?? begin) }
      }),
    )
  }

  async resetGroup(group: string, offsets: readonly TopicOffset[]): Promise<void> {
    await this.reach()
    const members = this.broker.groupSize(group)
    if (members > 0) throw eventstoreErrors.create('GROUP_ACTIVE', { group, members })
    for (const offset of offsets) this.broker.partition(offset)
    this.broker.commitOffsets(group, offsets)
  }
}
