import type Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { TopicConfig, TopicPartition } from '../log/log.js'
import { newPartition, type PartitionState, type TopicState } from './partition-state.js'
import { placeOf } from './place.js'

interface TopicRow {
  readonly name: string
  readonly partitions: number
  readonly first_partition: number
  readonly retention: number | null
  readonly compacted: number
}

/** The topics of the log and where their partitions begin and end: in memory, and as they lie in the file. */
export class TopicCatalog {
  private topics = new Map<string, TopicState>()

  constructor(private readonly database: Database.Database) {
    this.load()
  }

  all(): readonly TopicState[] {
    return [...this.topics.values()]
  }

  find(topic: string): TopicState | undefined {
    return this.topics.get(topic)
  }

  /** Throws TOPIC_UNKNOWN. */
  topic(name: string): TopicState {
    const topic = this.topics.get(name)
    if (!topic) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic: name, partition: 0 })
    return topic
  }

  /** Throws TOPIC_UNKNOWN. */
  partition({ topic, partition }: TopicPartition): PartitionState {
    const state = this.topics.get(topic)?.partitions[partition]
    if (!state) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition })
    return state
  }

  /** Reads everything anew from the file: another process has changed it. */
  load(): void {
    this.database.transaction(() => {
      const bounds = this.bounds()
      const rows = this.database.prepare<[], TopicRow>('select * from topics order by first_partition').all()
      this.topics = new Map(rows.map(row => [row.name, this.topicState(row, bounds)]))
    })()
  }

  /** Takes over where partitions begin, which another process has changed. */
  loadBegins(): void {
    const bounds = this.bounds()
    for (const { partitions } of this.topics.values()) for (const state of partitions) state.begin = bounds.get(state.number)?.begins ?? state.begin
  }

  /** Runs inside a transaction, followed by `load` when that has committed. */
  insert({ name, partitions, retention, compacted }: TopicConfig): void {
    const insert = 'insert into topics (name, partitions, first_partition, retention, compacted) select ?, ?, value, ?, ? from log where name = ?'
    this.database.prepare(insert).run(name, partitions, retention ?? null, compacted ? 1 : 0, 'next-partition')
    this.database.prepare("update log set value = value + ? where name = 'next-partition'").run(partitions)
    this.markChanged()
  }

  setRetention(name: string, retention: number | undefined): void {
    this.database.prepare('update topics set retention = ? where name = ?').run(retention ?? null, name)
    this.markChanged()
  }

  delete(name: string): void {
    const { partitions } = this.topic(name)
    const first = (partitions[0] as PartitionState).number
    const end = first + partitions.length
    this.database.prepare('delete from batches where place >= ? and place < ?').run(placeOf(first, 0), placeOf(end, 0))
    this.database.prepare('delete from partition_bounds where partition >= ? and partition < ?').run(first, end)
    this.database.prepare('delete from group_offsets where partition >= ? and partition < ?').run(first, end)
    this.database.prepare('delete from topics where name = ?').run(name)
    this.markChanged()
  }

  private markChanged(): void {
    this.database.prepare("update log set value = value + 1 where name = 'catalog'").run()
  }

  private bounds(): Map<number, { readonly begins: number; readonly ends: number }> {
    const rows = this.database.prepare<[], { partition: number; begins: number; ends: number }>('select * from partition_bounds').all()
    return new Map(rows.map(row => [row.partition, row]))
  }

  private topicState(row: TopicRow, bounds: ReturnType<TopicCatalog['bounds']>): TopicState {
    const { name, retention } = row
    const last = this.database.prepare<[number, number], number>('select next from batches where place >= ? and place < ? order by place desc limit 1').pluck()
    const partitions = Array.from({ length: row.partitions }, (_, partition) => {
      const state = newPartition(name, partition, row.first_partition)
      const { begins = 0, ends = 0 } = bounds.get(state.number) ?? {}
      state.begin = begins
      state.end = Math.max(ends, last.get(placeOf(state.number, 0), placeOf(state.number + 1, 0)) ?? 0)
      return state
    })
    return { config: { name, partitions: row.partitions, retention: retention ?? undefined, compacted: row.compacted === 1 }, partitions }
  }
}
