import type Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import { onFile } from '../folder/sqlite-failure.js'
import type { Groups } from '../groups/groups.js'
import type { GroupLag, LogAdmin, TopicConfig, TopicOffset } from '../log/log.js'
import { partitionKey } from '../log/partition-key.js'
import type { GroupOffsets } from './group-offsets.js'
import type { PartitionState } from './partition-state.js'
import type { RecordDeletion } from './record-deletion.js'
import type { TopicCatalog } from './topic-catalog.js'

export interface EmbeddedAdminOptions {
  readonly database: Database.Database
  readonly catalog: TopicCatalog
  readonly offsets: GroupOffsets
  readonly groups: Groups
  readonly deletion: RecordDeletion
  /** Throws LOG_CLOSED. */
  readonly requireOpen: () => void
  /** Throws LOG_READ_ONLY, LOG_CLOSED. */
  readonly requireWritable: (operation: string) => void
  /** Tells readers and members to look again. */
  readonly changed: () => void
}

/** What changes the log is one transaction each, durable when it resolves. */
export class EmbeddedAdmin implements LogAdmin {
  constructor(private readonly options: EmbeddedAdminOptions) {}

  async ensureTopics(topics: readonly TopicConfig[]): Promise<void> {
    const { catalog, requireOpen, requireWritable } = this.options
    requireOpen()
    for (const { name, partitions } of topics) {
      const actual = catalog.find(name)?.partitions.length ?? partitions
      if (actual !== partitions) throw eventstoreErrors.create('TOPIC_DIFFERS', { topic: name, actual, wanted: partitions })
    }
    const missing = topics.filter(({ name }) => !catalog.find(name))
    if (missing.length === 0) return
    requireWritable('ensureTopics')
    this.changeTopics(() => {
      for (const topic of missing) catalog.insert(topic)
    })
  }

  async listTopics(): Promise<readonly TopicConfig[]> {
    this.options.requireOpen()
    return this.options.catalog.all().map(({ config }) => config)
  }

  async describeTopic(name: string): Promise<TopicConfig> {
    this.options.requireOpen()
    return this.options.catalog.topic(name).config
  }

  async alterTopic(name: string, change: { readonly retention?: number }): Promise<void> {
    const { catalog, requireWritable } = this.options
    requireWritable('alterTopic')
    catalog.topic(name)
    if ('retention' in change) this.changeTopics(() => catalog.setRetention(name, change.retention))
  }

  async deleteTopic(name: string): Promise<void> {
    const { catalog, requireWritable } = this.options
    requireWritable('deleteTopic')
    catalog.topic(name)
    this.changeTopics(() => catalog.delete(name))
  }

  async beginOffsets(topic: string): Promise<readonly number[]> {
    return this.partitions(topic).map(({ begin }) => begin)
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    return this.partitions(topic).map(({ end }) => end)
  }

  async deleteRecords(before: readonly TopicOffset[]): Promise<void> {
    const { catalog, deletion, requireWritable } = this.options
    requireWritable('deleteRecords')
    deletion.deleteBelow(before.map(({ offset, ...partition }) => ({ partition: catalog.partition(partition), offset })))
  }

  async listGroups(): Promise<readonly string[]> {
    const { offsets, groups, requireOpen } = this.options
    requireOpen()
    return [...new Set([...offsets.groups(), ...groups.active()])].sort()
  }

  async groupLag(group: string): Promise<readonly GroupLag[]> {
    const { catalog, offsets, groups, requireOpen } = this.options
    requireOpen()
    const read = new Set(
      groups
        .topics(group)
        .flatMap(topic => catalog.find(topic)?.partitions ?? [])
        .map(partitionKey),
    )
    return catalog.all().flatMap(({ partitions }) =>
      partitions.flatMap(state => {
        const committed = offsets.committed(group, state)
        return committed !== undefined || read.has(partitionKey(state)) ? [lagOf(state, committed)] : []
      }),
    )
  }

  async resetGroup(group: string, positions: readonly TopicOffset[]): Promise<void> {
    const { database, catalog, groups, offsets, requireWritable } = this.options
    requireWritable('resetGroup')
    const members = groups.size(group)
    if (members > 0) throw eventstoreErrors.create('GROUP_ACTIVE', { group, members })
    const states = positions.map(position => catalog.partition(position))
    onFile(database.name, () => {
      database.transaction(() => {
        for (const [index, { offset }] of positions.entries()) offsets.set(group, states[index] as PartitionState, offset)
      })()
    })
  }

  private partitions(topic: string): readonly PartitionState[] {
    this.options.requireOpen()
    return this.options.catalog.topic(topic).partitions
  }

  private changeTopics(change: () => void): void {
    const { database, catalog, changed } = this.options
    onFile(database.name, () => {
      database.transaction(change).immediate()
      catalog.load()
    })
    changed()
  }
}

function lagOf({ topic, partition, begin, end }: PartitionState, committed: number | undefined): GroupLag {
  return { topic, partition, committed, end, lag: Math.max(0, end - Math.max(begin, committed ?? begin)) }
}
