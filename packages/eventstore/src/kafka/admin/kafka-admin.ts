import { eventstoreErrors } from '../../eventstore-errors.js'
import type { GroupLag, LogAdmin, TopicConfig, TopicOffset } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'
import { type BrokerCalls, place } from '../client/broker-calls.js'
import type { GroupCatalog } from './group-catalog.js'
import type { TopicCatalog } from './topic-catalog.js'

export interface KafkaAdminOptions {
  readonly calls: BrokerCalls
  readonly topics: TopicCatalog
  readonly groups: GroupCatalog
  /** Throws LOG_CLOSED. */
  readonly requireOpen: () => void
  /** Throws LOG_READ_ONLY, LOG_CLOSED. */
  readonly requireWritable: (operation: string) => void
}

/** Topics, offsets and groups of a cluster. Every call may also reject with LOG_UNAVAILABLE and LOG_FORBIDDEN. */
export class KafkaAdmin implements LogAdmin {
  constructor(private readonly options: KafkaAdminOptions) {}

  /** Waits until the new topics have leaders. Also rejects with TOPIC_CONFIG_DIFFERS, when a topic would lose what this app relies on. Creates nothing then. */
  async ensureTopics(wanted: readonly TopicConfig[]): Promise<void> {
    const { topics, requireOpen, requireWritable } = this.options
    requireOpen()
    const missing = await topics.missing(wanted)
    if (missing.length === 0) return
    requireWritable('ensureTopics')
    await topics.create(missing)
  }

  /** Without Kafka's own topics. */
  async listTopics(): Promise<readonly TopicConfig[]> {
    this.options.requireOpen()
    return this.options.topics.all()
  }

  async describeTopic(name: string): Promise<TopicConfig> {
    this.options.requireOpen()
    return this.options.topics.describe(name)
  }

  async alterTopic(name: string, change: { readonly retention?: number }): Promise<void> {
    const { topics, requireWritable } = this.options
    requireWritable('alterTopic')
    await topics.describe(name)
    if ('retention' in change) await topics.setRetention(name, change.retention)
  }

  /** Waits until the topic is gone. */
  async deleteTopic(name: string): Promise<void> {
    const { topics, requireWritable } = this.options
    requireWritable('deleteTopic')
    await topics.delete(name)
  }

  async beginOffsets(topic: string): Promise<readonly number[]> {
    this.options.requireOpen()
    return this.options.topics.offsets(topic, place.begin)
  }

  /** High watermarks. The markers of commits that have just been acknowledged are waited for, so that nothing but a next commit moves the ends. */
  async endOffsets(topic: string): Promise<readonly number[]> {
    this.options.requireOpen()
    return this.options.topics.settledEnds(topic)
  }

  async deleteRecords(before: readonly TopicOffset[]): Promise<void> {
    const { topics, requireWritable } = this.options
    requireWritable('deleteRecords')
    await topics.deleteRecords(before)
  }

  async listGroups(): Promise<readonly string[]> {
    this.options.requireOpen()
    return this.options.groups.all()
  }

  async groupLag(group: string): Promise<readonly GroupLag[]> {
    const { groups, topics, requireOpen } = this.options
    requireOpen()
    const committed = new Map((await groups.offsets(group)).map(({ offset, ...at }) => [partitionKey(at), { ...at, offset }]))
    const names = new Set([...Array.from(committed.values(), ({ topic }) => topic), ...(await groups.subscribed(group))])
    const lag = await Promise.all(
      Array.from(names)
        .toSorted()
        .map(async topic => {
          const [begins, ends] = await Promise.all([topics.offsets(topic, place.begin), topics.settledEnds(topic)])
          return ends.map((end, partition) =>
            lagOf(topic, partition, begins[partition] as number, end, committed.get(partitionKey({ topic, partition }))?.offset),
          )
        }),
    )
    const subscribed = new Set(await groups.subscribed(group))
    return lag.flat().filter(({ topic, committed: offset }) => offset !== undefined || subscribed.has(topic))
  }

  async resetGroup(group: string, offsets: readonly TopicOffset[]): Promise<void> {
    const { groups, topics, requireWritable } = this.options
    requireWritable('resetGroup')
    await topics.requirePartitions(offsets)
    const members = await groups.reset(group, offsets)
    if (members > 0) throw eventstoreErrors.create('GROUP_ACTIVE', { group, members })
  }
}

function lagOf(topic: string, partition: number, begin: number, end: number, committed: number | undefined): GroupLag {
  return { topic, partition, committed, end, lag: Math.max(0, end - Math.max(begin, committed ?? begin)) }
}
