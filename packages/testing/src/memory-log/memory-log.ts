import type { Clock } from '@ottla/core'
import {
  type Commit,
  eventstoreErrors,
  type GroupMember,
  type Log,
  type LogAdmin,
  type LogMember,
  type LogProducer,
  type LogReader,
  type LogWriter,
  type MemberOptions,
  type ReaderOptions,
  SourceReader,
} from '@ottla/eventstore'
import { MemoryAdmin } from './memory-admin.js'
import type { MemoryBroker } from './memory-broker.js'
import { MemoryProducer } from './memory-producer.js'

/**
 * One client of a MemoryBroker: a `Log` that keeps the promises of the port without a disk, deterministic under an injected
 * clock. `kill` is a crash: the client's operations never settle again, and what it held goes to others at once.
 */
export class MemoryLog implements Log {
  readonly admin: LogAdmin
  private readonly readers = new Set<SourceReader>()
  private readonly members = new Set<GroupMember>()
  private state: 'open' | 'closed' | 'killed' = 'open'

  /** A client of its own: a node of an app. Nodes share groups, and one that opens a writer fences the others. */
  constructor(
    private readonly broker: MemoryBroker,
    private readonly clock: Clock,
  ) {
    this.admin = new MemoryAdmin(broker, () => this.reach())
  }

  get clusterId(): string {
    return this.broker.clusterId
  }

  async writer(id: string): Promise<LogWriter> {
    await this.turn()
    const epoch = (this.broker.epochs.get(id) ?? 0) + 1
    this.broker.epochs.set(id, epoch)
    return new MemoryWriter(id, epoch, this.broker, () => this.turn())
  }

  async producer(): Promise<LogProducer> {
    await this.turn()
    return new MemoryProducer(this.broker, () => this.turn())
  }

  reader(options: ReaderOptions): LogReader {
    this.requireOpen()
    const reader = new SourceReader(this.broker, this.clock, options, closed => this.readers.delete(closed))
    this.readers.add(reader)
    return reader
  }

  async member(options: MemberOptions): Promise<LogMember> {
    await this.turn()
    const member = this.broker.groups(this.clock).join(options)
    this.members.add(member)
    return member
  }

  async close(): Promise<void> {
    if (this.state !== 'open') return
    for (const member of this.members) await member.leave()
    for (const reader of this.readers) await reader.close()
    this.state = 'closed'
  }

  /** The group takes this node for dead, as after a long pause, while it is alive: what it held goes to others, and nobody tells it. */
  expel(): void {
    for (const member of this.members) member.drop()
  }

  /** The node dies: nothing that it has begun goes on, and the group gives its partitions to others. */
  kill(): void {
    this.state = 'killed'
    this.expel()
    for (const reader of this.readers) reader.close().catch(() => undefined)
  }

  /** An operation reaches the broker in a later turn, so that others can come first; it never does from a killed client. */
  private async turn(): Promise<void> {
    await new Promise<void>(resolve => this.clock.nextTurn(resolve))
    await this.reach()
  }

  private async reach(): Promise<void> {
    if (this.state === 'killed') await new Promise<never>(() => {})
    this.requireOpen()
  }

  private requireOpen(): void {
    if (this.state === 'closed') throw eventstoreErrors.create('LOG_CLOSED', { log: this.clusterId })
  }
}

class MemoryWriter implements LogWriter {
  private failure: Error | undefined
  private committing = false

  constructor(
    readonly id: string,
    private readonly epoch: number,
    private readonly broker: MemoryBroker,
    private readonly turn: () => Promise<void>,
  ) {}

  async commit({ records, consumed }: Commit): Promise<readonly number[]> {
    const { broker, id } = this
    if (this.failure) throw this.failure
    if (this.committing) throw new Error(`Writer ${id} has a commit under way.`)
    this.committing = true
    try {
      await this.turn()
      const fate = await broker.options.onCommit(id, records)
      if (broker.epochs.get(id) !== this.epoch) throw eventstoreErrors.create('WRITER_FENCED', { writer: id })
      for (const record of records) broker.check(record)
      for (const offset of consumed?.offsets ?? []) broker.partition(offset)
      if (fate === 'lost-before') throw eventstoreErrors.create('COMMIT_OUTCOME_UNKNOWN', { writer: id, error: 'the request was lost' })
      const offsets = broker.append(records)
      if (consumed) broker.commitOffsets(consumed.group, consumed.offsets)
      broker.changed()
      if (fate === 'lost-after') throw eventstoreErrors.create('COMMIT_OUTCOME_UNKNOWN', { writer: id, error: 'the answer was lost' })
      return offsets
    } catch (error) {
      this.failure = error as Error
      throw error
    } finally {
      this.committing = false
    }
  }

  async close(): Promise<void> {
    this.failure ??= eventstoreErrors.create('LOG_CLOSED', { log: this.id })
  }
}
