import type { Clock } from '@ottla/core'
import {
  eventstoreErrors,
  Groups,
  type LogRecord,
  type NewRecord,
  partitionKey,
  type RecordBatch,
  type RecordSource,
  type TopicConfig,
  type TopicOffset,
  type TopicPartition,
} from '@ottla/eventstore'

/** What happens to a commit or a send: it works, or its answer is lost before or after it was written. */
export type CommitFate = 'ok' | 'lost-before' | 'lost-after'

export interface MemoryBrokerOptions {
  /** Each commit takes one more offset of every partition that it touches, as Kafka's commit markers do. Default true: nobody may count with offsets. */
  readonly markers?: boolean
  /** Larger records are refused. Default 1 MiB. */
  readonly maxRecordBytes?: number
  /** Decides about each commit when it reaches the broker, and may hold it; the default lets all of them work. */
  readonly onCommit?: (writer: string, records: readonly NewRecord[]) => CommitFate | Promise<CommitFate>
  /** The same for each send of a producer without transactions. */
  readonly onSend?: (records: readonly NewRecord[]) => CommitFate | Promise<CommitFate>
}

interface Partition {
  begin: number
  end: number
  records: LogRecord[]
}

interface Topic {
  config: TopicConfig
  readonly partitions: readonly Partition[]
}

/** What a cluster keeps, in memory: it outlives the clients that connect to it, so that a test can let them crash. */
export class MemoryBroker implements RecordSource {
  readonly clusterId: string
  readonly topics = new Map<string, Topic>()
  /** The newest epoch of each writer id. */
  readonly epochs = new Map<string, number>()
  /** Group → partition → committed offset. */
  readonly offsets = new Map<string, Map<string, TopicOffset>>()
  readonly options: Required<MemoryBrokerOptions>
  private readonly watchers = new Set<() => void>()
  private joined: Groups | undefined

  constructor(clusterId: string, options: MemoryBrokerOptions = {}) {
    this.clusterId = clusterId
    this.options = { markers: true, maxRecordBytes: 1024 * 1024, onCommit: () => 'ok', onSend: () => 'ok', ...options }
  }

  /** The groups of this broker. Their clock is that of the first client that joins one. */
  groups(clock: Clock): Groups {
    this.joined ??= new Groups({ source: this, clock, committed: (group, partition) => this.committed(group, partition) })
    return this.joined
  }

  activeGroups(): readonly string[] {
    return this.joined?.active() ?? []
  }

  groupSize(group: string): number {
    return this.joined?.size(group) ?? 0
  }

  topicsOf(group: string): readonly string[] {
    return this.joined?.topics(group) ?? []
  }

  partitions(topic: string): number {
    return this.topics.get(topic)?.partitions.length ?? 0
  }

  begin(partition: TopicPartition): number {
    return this.partition(partition).begin
  }

  end(partition: TopicPartition): number {
    return this.partition(partition).end
  }

  read(at: TopicPartition, from: number, limit: number): RecordBatch {
    const { records, end } = this.partition(at)
    const first = firstFrom(records, from)
    const taken = records.slice(first, first + limit)
    const next = first + limit < records.length ? (taken.at(-1) as LogRecord).offset + 1 : end
    return { topic: at.topic, partition: at.partition, from, records: taken, next }
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  topic(name: string): Topic {
    const topic = this.topics.get(name)
    if (!topic) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic: name, partition: 0 })
    return topic
  }

  partition({ topic, partition }: TopicPartition): Partition {
    const found = this.topics.get(topic)?.partitions[partition]
    if (!found) throw eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition })
    return found
  }

  /** Throws TOPIC_UNKNOWN or RECORD_TOO_LARGE when the record cannot be written. */
  check({ topic, partition, key, value }: NewRecord): void {
    this.partition({ topic, partition })
    const bytes = key.length + (value?.length ?? 0)
    const limit = this.options.maxRecordBytes
    if (bytes > limit) throw eventstoreErrors.create('RECORD_TOO_LARGE', { bytes, topic, partition, limit })
  }

  /** Writes the records, all at once, and gives their offsets. */
  append(records: readonly NewRecord[], { markers = this.options.markers } = {}): number[] {
    const touched = new Set<Partition>()
    const offsets = records.map(record => {
      const partition = this.partition(record)
      touched.add(partition)
      const offset = partition.end++
      partition.records.push({ ...record, headers: { ...record.headers }, offset, value: record.value && Buffer.from(record.value) })
      return offset
    })
    if (markers) for (const partition of touched) partition.end++
    return offsets
  }

  commitOffsets(group: string, offsets: readonly TopicOffset[]): void {
    const committed = this.offsets.get(group) ?? new Map<string, TopicOffset>()
    for (const offset of offsets) committed.set(partitionKey(offset), offset)
    this.offsets.set(group, committed)
  }

  committed(group: string, partition: TopicPartition): number | undefined {
    return this.offsets.get(group)?.get(partitionKey(partition))?.offset
  }

  /** Tells readers and members that there may be something new. */
  changed(): void {
    for (const watcher of [...this.watchers]) watcher()
  }
}

function firstFrom(records: readonly LogRecord[], offset: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((records[middle] as LogRecord).offset < offset) low = middle + 1
    else high = middle
  }
  return low
}
