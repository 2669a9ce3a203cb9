import { type NewRecord, partitionKey, type RecordBatch, type TopicOffset, type TopicPartition } from '@ottla/eventstore'
import { MemoryBroker } from '@ottla/testing'
import type { Network } from './client-link.js'
import { GroupCoordinator } from './group-coordinator.js'
import { Transactions, type TransactionTimes } from './transactions.js'

export interface ModelOptions extends Omit<TransactionTimes, 'clock'> {
  readonly network: Network
  /** After how many milliseconds without a heartbeat a member is out of its group. */
  readonly sessionTimeout: number
  /** When a member learns by its next heartbeat that its group is being shared out anew, in milliseconds. */
  readonly heartbeat: () => number
  /** Default true. false is a broker that lets every writer write: the control of the checks. */
  readonly fences?: boolean
}

/**
 * A Kafka cluster as its clients see it: transactions in several requests with markers that come later, a last stable offset
 * behind the high watermark, groups with generations, where a lost partition is known after the fact. One broker, which keeps everything.
 */
export class ModelBroker extends MemoryBroker {
  readonly transactions: Transactions
  /** Records of aborted transactions: `topic-partition@offset`. */
  readonly aborted = new Set<string>()
  private readonly coordinators = new Map<string, GroupCoordinator>()

  constructor(
    clusterId: string,
    private readonly model: ModelOptions,
  ) {
    super(clusterId)
    const log = {
      write: (records: readonly NewRecord[]) => this.write(records),
      mark: (partition: TopicPartition, offsets: ReadonlySet<number>, isCommitted: boolean) => this.mark(partition, offsets, isCommitted),
      commitOffsets: (group: string, offsets: readonly TopicOffset[]) => {
        this.commitOffsets(group, offsets)
        this.changed()
      },
    }
    this.transactions = new Transactions(log, { ...model, clock: model.network.clock }, model.fences)
  }

  /** The last stable offset. */
  override end(partition: TopicPartition): number {
    return this.transactions.firstOpen(partition) ?? this.partition(partition).end
  }

  override read(at: TopicPartition, from: number, limit: number): RecordBatch {
    const { records } = this.partition(at)
    const stable = this.end(at)
    let first = records.length
    while (first > 0 && (records[first - 1]?.offset as number) >= from) first--
    let last = first
    while (last < records.length && last - first < limit && (records[last]?.offset as number) < stable) last++
    const taken = records.slice(first, last)
    const isAll = last === records.length || (records[last]?.offset as number) >= stable
    return { topic: at.topic, partition: at.partition, from, records: taken, next: isAll ? stable : (taken.at(-1)?.offset as number) + 1 }
  }

  group(name: string): GroupCoordinator {
    const { network, sessionTimeout, heartbeat } = this.model
    const group = this.coordinators.get(name) ?? new GroupCoordinator(this, { clock: network.clock, sessionTimeout, heartbeat })
    this.coordinators.set(name, group)
    return group
  }

  override activeGroups(): readonly string[] {
    return [...this.coordinators].filter(([, { size }]) => size > 0).map(([name]) => name)
  }

  override groupSize(group: string): number {
    return this.coordinators.get(group)?.size ?? 0
  }

  override topicsOf(group: string): readonly string[] {
    return this.coordinators.get(group)?.topics ?? []
  }

  /** Writes records without a transaction and without a marker. */
  send(records: readonly NewRecord[]): void {
    this.write(records)
    this.changed()
  }

  /** Keeps only the last stable record of each key of a compacted topic, as the cleaner does at any time. */
  compact(topic: string): number {
    let removed = 0
    for (const [partition, log] of this.topic(topic).partitions.entries()) {
      const stable = this.end({ topic, partition })
      const last = new Map(log.records.filter(({ offset }) => offset < stable).map(({ key, offset }) => [key, offset]))
      const kept = log.records.filter(({ key, offset }) => offset >= stable || last.get(key) === offset)
      removed += log.records.length - kept.length
      log.records = kept
    }
    return removed
  }

  private write(records: readonly NewRecord[]): number[] {
    return records.map(record => {
      const partition = this.partition(record)
      const offset = partition.end++
      partition.records.push({ ...record, headers: { ...record.headers }, offset, value: record.value && Buffer.from(record.value) })
      return offset
    })
  }

  private mark(at: TopicPartition, offsets: ReadonlySet<number>, isCommitted: boolean): void {
    const partition = this.partition(at)
    partition.end++
    if (!isCommitted) {
      partition.records = partition.records.filter(({ offset }) => !offsets.has(offset))
      for (const offset of offsets) this.aborted.add(`${partitionKey(at)}@${offset}`)
    }
    this.changed()
  }
}
