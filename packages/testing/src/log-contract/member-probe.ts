import type { Log, LogMember, LogRecord, RecordBatch, TopicOffset, TopicPartition } from '@ottla/eventstore'
import { eventually } from './eventually.js'

/** What a probe does when it is told something; all of it may be left out. */
export interface ProbeOptions {
  readonly group: string
  readonly topics: readonly string[]
  /** Where to begin. Default: at the group's offset, or 0. */
  readonly start?: (partition: TopicPartition & { readonly committed?: number }) => number
  /** Awaited in `assigned` and `revoked`, before the probe notes them. */
  readonly assigned?: (partitions: readonly TopicPartition[], member: LogMember) => Promise<void>
  readonly revoked?: () => Promise<void>
  /** Awaited for each batch. */
  readonly records?: (batch: RecordBatch) => Promise<void>
}

/** A member of a group that notes what it is told, in order. */
export class MemberProbe {
  /** The partitions that it has been given and not lost again. */
  readonly held = new Set<number>()
  readonly committed = new Map<number, number | undefined>()
  readonly records: LogRecord[] = []
  readonly notes: string[] = []
  readonly failures: Error[] = []
  private joined: LogMember | undefined

  private constructor(private readonly options: ProbeOptions) {}

  static async join(log: Log, options: ProbeOptions): Promise<MemberProbe> {
    const probe = new MemberProbe(options)
    probe.joined = await log.member({
      ...options,
      assigned: (partitions, member) => probe.assigned(partitions, member),
      revoked: partitions => probe.revoked(partitions),
      records: batch => probe.take(batch),
      failed: error => void probe.failures.push(error),
    })
    return probe
  }

  get member(): LogMember {
    return this.joined as LogMember
  }

  get values(): string[] {
    return this.records.map(({ value }) => String(value))
  }

  valuesOf(partition: number): string[] {
    return this.records.filter(record => record.partition === partition).map(({ value }) => String(value))
  }

  async holds(count: number): Promise<void> {
    await eventually(`the member holds ${count} partitions, and now ${[...this.held].join()}`, () => this.held.size === count)
  }

  async has(count: number): Promise<void> {
    await eventually(`the member gets ${count} records, and now ${this.values.join()}`, () => this.records.length >= count)
  }

  private async assigned(partitions: readonly (TopicPartition & { readonly committed?: number })[], member: LogMember): Promise<readonly TopicOffset[]> {
    await this.options.assigned?.(partitions, member)
    for (const { partition, committed } of partitions) {
      this.notes.push(`assigned ${partition}`)
      this.held.add(partition)
      this.committed.set(partition, committed)
    }
    const start = this.options.start ?? (({ committed = 0 }) => committed)
    return partitions.map(place => ({ topic: place.topic, partition: place.partition, offset: start(place) }))
  }

  private async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.options.revoked?.()
    for (const { partition } of partitions) {
      this.notes.push(`revoked ${partition}`)
      this.held.delete(partition)
    }
  }

  private async take(batch: RecordBatch): Promise<void> {
    this.notes.push(`records ${batch.partition}`)
    this.records.push(...batch.records)
    await this.options.records?.(batch)
  }
}
