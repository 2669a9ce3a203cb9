import type { LogWriter } from '../../log/log.js'
import type { SnapshotSchedule } from '../../snapshots/snapshot-schedule.js'
import type { SnapshotPart } from '../../snapshots/snapshot-writing.js'
import type { Checkpoint } from '../../state/checkpoint.js'
import type { Callers } from '../callers/callers.js'
import type { RefusedMessage } from '../deciding/refused-commits.js'
import { ShardDecider } from '../deciding/shard-decider.js'
import type { ShardInbox } from '../inbox/shard-inbox.js'
import { DecisionBatch } from '../memory/decision-batch.js'
import { ShardMemory } from '../memory/shard-memory.js'
import { StoreWriting } from '../memory/store-writing.js'
import type { Caller } from '../messages/caller.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import type { OwnerOptions } from './owner-options.js'
import { StreamDeadlines } from './stream-deadlines.js'

/** What one time of owning a shard begins with. */
export interface OwnershipStart {
  readonly writer: LogWriter
  /** Up to where the state store has the shard: all that is in the log. */
  readonly restored: Checkpoint
  readonly inbox: ShardInbox
  readonly callers: Callers
  readonly snapshots: SnapshotSchedule
  /** A message whose own transaction the log has refused. */
  readonly refused: RefusedMessage | undefined
  /** Whether the time before has ended with a failed commit: then one message at a time, until one has committed. */
  readonly cautious: boolean
  /** Called when messages have been decided or committed. */
  readonly changed: () => void
  /** Called with an error of a commit, or of what belongs to it, and the messages that were decided in it. */
  readonly failed: (error: Error, roots: readonly QueuedMessage[]) => void
  /** Called when the shard is to be taken over anew, whatever the log has refused. */
  readonly lost: () => void
}

/**
 * One time of owning a shard, from a take-over to the first error or the release: decides what is queued into one batch, commits that while the
 * next one is decided, and only then takes it into memory and answers. Commits follow one another, so an answer is durable with all that it depends on.
 */
export class Ownership {
  readonly memory: ShardMemory
  /** Whether the log has taken anything in this time. */
  hasCommitted = false
  private readonly decider: ShardDecider
  private readonly deadlines: StreamDeadlines
  private readonly storeWriting: StoreWriting
  private readonly queue: QueuedMessage[] = []
  private open = new DecisionBatch()
  private inFlight: DecisionBatch | undefined
  private cautious: boolean
  private isScheduled = false
  private isOver = false

  /** Decides the commands of all callers first: they may have been offered to an ownership before. */
  constructor(
    private readonly options: OwnerOptions,
    private readonly start: OwnershipStart,
  ) {
    const { model, store, limits, shard } = options
    this.memory = new ShardMemory(shard, model, store, limits.streams, start.restored)
    this.decider = new ShardDecider(options, this.memory, () => start.inbox.hasBacklog, start.refused)
    this.deadlines = new StreamDeadlines(options, () => this.wake())
    this.storeWriting = new StoreWriting(this.memory, options, error => this.failed(error))
    this.cautious = start.cautious
    this.add(Array.from(start.callers.messages(), message => ({ message })))
  }

  /** Whether anything is queued or being committed. */
  get isBusy(): boolean {
    return this.queue.length > 0 || this.inFlight !== undefined
  }

  /** Whether the caller's command is decided and will be part of the next commit. */
  isPending(caller: Caller): boolean {
    return this.open.roots.some(({ message }) => message.kind === 'command' && message.caller === caller)
  }

  /** Decides these in the next turn, with everything else that comes until then. */
  add(messages: readonly QueuedMessage[]): void {
    for (const message of messages) this.queue.push(message)
    this.wake()
  }

  /** Looks in the next turn for what there is to do. */
  wake(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    this.options.clock.nextTurn(() => {
      this.isScheduled = false
      this.pump()
    })
  }

  /** Decides nothing more; a commit in flight is still answered. */
  end(): void {
    this.isOver = true
    this.deadlines.end()
    this.storeWriting.end()
  }

  /** Ends, and everything pending is dropped: the log will show whether a commit in flight has happened. */
  drop(): void {
    this.end()
    this.inFlight = undefined
  }

  private pump(): void {
    if (this.isOver) return
    const { limits } = this.options
    const roots = this.cautious ? 1 : limits.batch
    try {
      this.queueDeadlines()
      let taken = 0
      while (taken < this.queue.length && this.open.roots.length < roots && this.open.bytes < limits.batchBytes) {
        this.decide(this.queue[taken++] as QueuedMessage)
      }
      this.queue.splice(0, taken)
      if (!this.inFlight) this.commitNext()
    } catch (error) {
      return this.failed(error as Error)
    }
    this.start.changed()
  }

  private queueDeadlines(): void {
    if (this.start.inbox.hasBacklog) return
    for (const message of this.deadlines.take()) this.queue.push({ message })
    this.deadlines.schedule()
  }

  private decide(queued: QueuedMessage): void {
    const { message } = queued
    this.start.inbox.decided(queued)
    // A caller who has given up took the command along, unless it has been part of a commit.
    if (message.kind === 'command' && message.caller && !this.start.callers.has(message.caller)) return
    this.decider.decide(queued, this.open)
  }

  private commitNext(): void {
    const part = this.start.snapshots.next(this.open.isEmpty)
    if (part) this.commitSnapshot(part)
    else if (!this.open.isEmpty) this.commit()
  }

  private commitSnapshot(part: SnapshotPart): void {
    const { writer, snapshots, lost } = this.start
    const batch = new DecisionBatch()
    this.inFlight = batch
    const written = () => {
      if (this.inFlight !== batch) return
      this.inFlight = undefined
      snapshots.written(part)
      this.pump()
    }
    const refused = (error: Error) => {
      if (this.inFlight !== batch || this.isOver) return
      snapshots.failed(error)
      lost()
    }
    writer
      .commit({ records: part.records })
      .then(written, refused)
      .catch((error: Error) => this.failed(error))
  }

  private commit(): void {
    const batch = this.open
    this.open = new DecisionBatch()
    this.inFlight = batch
    for (const { message } of batch.roots) if (message.kind === 'command' && message.caller) message.caller.taken = true
    const { app, shard, topics } = this.options
    const commit = batch.needsCommit ? this.start.writer.commit(batch.toCommit(app, topics.commands, shard)) : Promise.resolve([])
    // A batch that has been dropped meanwhile is decided again from what the log has.
    const committed = (offsets: readonly number[]) => (this.inFlight === batch ? this.committed(batch, offsets) : undefined)
    const refused = (error: Error) => (this.inFlight === batch ? this.failed(error, batch.roots) : undefined)
    commit.then(committed, refused).catch((error: Error) => this.failed(error))
  }

  private committed(batch: DecisionBatch, offsets: readonly number[]): void {
    const { memory } = this
    const { callers, snapshots, inbox } = this.start
    const committed = batch.placesOf(offsets, memory)
    memory.committed(batch, committed)
    for (const [stream, { state }] of batch.touched) this.deadlines.set(stream, state)
    this.inFlight = undefined
    this.cautious = false
    this.hasCommitted ||= batch.needsCommit
    for (const { message } of batch.roots) if (message.kind === 'command' && message.caller) callers.remove(message.caller)
    for (const answer of batch.answers) answer(committed)
    if (!this.isOver) {
      this.storeWriting.committed()
      this.deadlines.schedule()
    }
    snapshots.committed()
    inbox.committed(batch.inboxNext)
    if (this.open.isEmpty && this.queue.length === 0) this.start.changed()
    else this.pump()
  }

  private failed(error: Error, roots: readonly QueuedMessage[] = []): void {
    if (!this.isOver) this.start.failed(error, roots)
  }
}
