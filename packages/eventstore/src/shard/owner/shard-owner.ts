import { isOttlaError, type OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Log, LogMember, LogWriter, RecordBatch, TopicOffset, TopicPartition } from '../../log/log.js'
import { type StreamName, streamKey } from '../../model/stream-name.js'
import { BackOff } from '../../retry/back-off.js'
import { type SnapshotLimits, SnapshotSchedule } from '../../snapshots/snapshot-schedule.js'
import type { SnapshotPart } from '../../snapshots/snapshot-writing.js'
import type { StateStore } from '../../state/state-store.js'
import { Callers } from '../callers/callers.js'
import type { DeciderOptions } from '../deciding/decider-options.js'
import { RefusedCommits } from '../deciding/refused-commits.js'
import { ShardDecider } from '../deciding/shard-decider.js'
import { restOf } from '../inbox/handed-on.js'
import { InboxPosition } from '../inbox/inbox-position.js'
import { readInbox } from '../inbox/inbox-reader.js'
import { type Committed, DecisionBatch } from '../memory/decision-batch.js'
import type { LiveStream } from '../memory/live-stream.js'
import { ShardMemory } from '../memory/shard-memory.js'
import type { Caller } from '../messages/caller.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import type { CommandMessage } from '../messages/shard-message.js'
import { DeadlineQueue } from './deadline-queue.js'
import { type TakenShard, takeShard } from './take-shard.js'

export interface OwnerOptions extends DeciderOptions {
  readonly app: string
  readonly log: Log
  readonly store: StateStore
  /** Whether the app takes snapshots. */
  readonly snapshots: boolean
  /** Resolves when nobody else in this process writes to the shard's part of the state store. */
  readonly handOver: () => Promise<void>
  readonly limits: OwnerLimits
  /** Called when the shard cannot go on and trying again is no use: the disk is full, the log is damaged. */
  readonly failed: (error: OttlaError) => void
}

export interface OwnerLimits extends SnapshotLimits {
  /** How many commands of this process wait before `send` is refused with OVERLOADED. */
  readonly queue: number
  /** How many of them wait for other nodes before that. */
  readonly remote: number
  /** How many messages one transaction decides. */
  readonly batch: number
  /** How many bytes one transaction writes, about; half of a topic's max.message.bytes. */
  readonly batchBytes: number
  /** How many bytes the payload of an event or a message may have; below a topic's max.message.bytes. */
  readonly recordBytes: number
  /** How many streams stay in memory beside those with unwritten changes. */
  readonly streams: number
  /** How many changes wait at most for the state store, and how long in milliseconds. */
  readonly storeBacklog: number
  readonly storeDelay: number
}

export const defaultLimits: OwnerLimits = {
  queue: 10_000,
  remote: 10_000,
  batch: 500,
  batchBytes: 512 * 1024,
  recordBytes: 900 * 1024,
  streams: 10_000,
  storeBacklog: 1_000,
  storeDelay: 1_000,
  snapshotEvents: 10_000,
  snapshotInterval: 10 * 60 * 1000,
  snapshotBytes: 128 * 1024,
}

/** Standing by: the shard is another node's, and nobody has told so (yet); it is taken over should that change. */
type Phase = 'taking-over' | 'owning' | 'standing-by' | 'halted' | 'released'

/**
 * Decides everything in one shard, alone: it holds the shard's fenced writer. Whatever goes wrong with a commit, the
 * writer and everything pending is dropped and the shard is taken over anew, in this order: member, writer, ends,
 * restore, inbox (design.md 2.2). Callers whose commands were dropped are offered again with the same id. The inbox is
 * paused until the shard is owned, so that no shard waits for another one.
 */
export class ShardOwner {
  private phase: Phase = 'taking-over'
  private writer: LogWriter | undefined
  private memory: ShardMemory | undefined
  private decider: ShardDecider | undefined
  private readonly queue: QueuedMessage[] = []
  private readonly deadlines = new DeadlineQueue<StreamName>()
  private readonly callers: Callers
  private readonly snapshots: SnapshotSchedule
  private open = new DecisionBatch()
  private inFlight: DecisionBatch | undefined
  private readonly position = new InboxPosition()
  /** After a failed commit one message at a time, until one has committed. */
  private cautious = false
  private hasRestored = false
  private pumpScheduled = false
  private flushScheduled = false
  private cancelDeadline = () => {}
  private takingOver: Promise<void> = Promise.resolve()
  private readonly begun = Promise.withResolvers<void>()
  private readonly backOff: BackOff
  private readonly refused = new RefusedCommits()
  private releasing = false
  /** Where a gap in the inbox was met. */
  private gap: number | undefined
  /** Those who wait for a change of the queue or the phase. */
  private waiting: (() => void)[] = []
  private failure: Error | undefined

  constructor(
    private readonly member: LogMember,
    private readonly options: OwnerOptions,
  ) {
    this.backOff = new BackOff(options.clock)
    this.begun.promise.catch(() => undefined)
    this.callers = new Callers(options.clock, caller => this.isPending(caller))
    this.snapshots = new SnapshotSchedule(options, () => this.schedulePump())
  }

  /**
   * Begins to take the shard over, and tries again with back-off while that may help. Resolves when it is owned, or when the first attempt has
   * failed for a reason that may pass. Rejects with INBOX_LOST or an error of the log that does not pass.
   */
  start(): Promise<void> {
    this.member.pause(this.inbox)
    this.takingOver = this.takeOver()
    return this.begun.promise
  }

  /** Whether commands of this process are to be offered here: the shard is owned, or about to be. */
  get takesCommands(): boolean {
    return !this.releasing && this.phase !== 'released' && this.phase !== 'standing-by'
  }

  /** Where to begin in the inbox when its partition is assigned anew, although this node has never given it up. */
  get next(): TopicOffset {
    return { ...this.inbox, offset: this.position.next }
  }

  /** Offers a command of this process: same queue and transaction as the inbox, without the way through it. */
  offer(caller: Caller, message: CommandMessage): void {
    const { shard, limits } = this.options
    if (this.phase === 'halted' || !this.takesCommands) return caller.reject(this.failure ?? eventstoreErrors.create('SHARD_NOT_OWNED', { shard }))
    if (this.callers.size >= limits.queue) return caller.reject(eventstoreErrors.create('OVERLOADED', { shard, queued: this.callers.size }))
    this.callers.add(caller, message)
    if (this.phase !== 'owning') return
    this.queue.push({ message })
    this.schedulePump()
  }

  /** Takes a batch of the inbox; resolves when there is room for the next one. Tries again while the registry cannot be reached. */
  async receive(batch: RecordBatch): Promise<void> {
    const messages = await this.read(batch)
    // A take-over seeks, so whatever was fetched before it may be dropped.
    if (this.phase !== 'owning' || this.releasing || !messages) return
    if (batch.from > this.position.next) return this.seekBack()
    this.gap = undefined
    this.queue.push(...this.position.take(batch, messages))
    this.schedulePump()
    while (this.phase === 'owning' && this.position.queued > this.options.limits.batch) await this.nextChange()
  }

  /** Takes a last snapshot if there is anything new; resolves when it is complete or takes too long, and never rejects. */
  publishSnapshot(): Promise<void> {
    return this.snapshots.publish()
  }

  /** Decides and commits what is queued, writes the state store and gives the writer up. */
  async release(): Promise<void> {
    this.releasing = true
    this.snapshots.end()
    while (this.phase === 'owning' && (this.queue.length > 0 || this.inFlight)) await this.nextChange()
    const memory = this.phase === 'owning' ? this.memory : undefined
    if (this.phase !== 'halted') this.phase = 'released'
    this.backOff.stop()
    this.cancelDeadline()
    this.notify()
    try {
      memory?.flush()
    } finally {
      this.callers.rejectAll(this.failure ?? eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard }))
      await this.takingOver
      await this.writer?.close()
    }
  }

  /** Resolves when the state store shows everything committed. Rejects with SHARD_NOT_OWNED, or why the shard cannot go on. */
  async settled(): Promise<void> {
    while (this.phase === 'taking-over') await this.nextChange()
    if (this.phase !== 'owning') throw this.failure ?? eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard })
    this.memory?.flush()
  }

  /** Never rejects: what does not pass halts the shard. */
  private async takeOver(): Promise<void> {
    for (let attempt = 0; !this.isOver; attempt++) {
      try {
        if (await this.tryTakeOver()) break
      } catch (error) {
        this.halt(error as Error)
        break
      }
      this.begun.resolve()
      await this.backOff.wait(attempt)
    }
    this.begun.resolve()
  }

  /** Whether the shard is owned now. Rejects with what does not pass. */
  private async tryTakeOver(): Promise<boolean> {
    try {
      if (this.phase === 'standing-by' && !(await this.member.holds(this.inbox))) return false
      if (this.isOver) return false
      this.phase = 'taking-over'
      const start = await this.takeOverOnce()
      this.member.seek(start)
      this.member.resume(this.inbox)
      return true
    } catch (error) {
      if (this.isOver) return false
      if (!isOttlaError(error) || !error.retriable) throw error
      if (error.code === 'SHARD_NOT_OWNED') await this.standBy()
      return false
    }
  }

  /** The group has given the shard to another node, which is normal life. Commands go there; should the shard come back, nobody needs to tell. */
  private async standBy(): Promise<void> {
    this.phase = 'standing-by'
    this.callers.rejectAll(eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard }))
    this.notify()
    await this.writer?.close()
  }

  private get isOver(): boolean {
    return this.phase === 'released' || this.phase === 'halted'
  }

  private async takeOverOnce(): Promise<TopicOffset> {
    const { options, member } = this
    await this.writer?.close()
    const taken = await takeShard(options, member, {
      opened: writer => {
        this.writer = writer
      },
      retryUnreadable: !this.hasRestored,
      isWanted: () => this.phase === 'taking-over',
    })
    this.hasRestored = true
    // A release may have come in the turn between.
    if (this.phase !== 'taking-over') throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard: options.shard })
    return this.own(taken)
  }

  private own({ restored, inboxStart, inboxEnd }: TakenShard): TopicOffset {
    const { model, store, limits, shard } = this.options
    this.position.start(inboxStart, inboxEnd)
    this.memory = new ShardMemory(shard, model, store, limits.streams, restored)
    this.decider = new ShardDecider(this.options, this.memory, () => this.position.hasBacklog, this.refused.latest)
    this.deadlines.clear()
    for (const { participant, id, deadline } of store.deadlines(shard)) {
      if (model.participant(participant)) this.deadlines.set(streamKey(participant, id), { participant, id }, deadline)
    }
    this.phase = 'owning'
    for (const message of this.callers.messages()) this.queue.push({ message })
    this.snapshots.begin(this.memory)
    this.schedulePump()
    this.notify()
    return { ...this.inbox, offset: inboxStart }
  }

  private get inbox(): TopicPartition {
    return { topic: this.options.topics.commands, partition: this.options.shard }
  }

  /** The messages of a batch, or undefined when the shard goes before its schemas are known. */
  private async read(batch: RecordBatch): Promise<readonly QueuedMessage[] | undefined> {
    for (let attempt = 0; this.phase === 'owning'; attempt++) {
      try {
        const messages = await readInbox(batch, this.options)
        const rest = restOf(batch, this.options.clock.now())
        if (rest > 0) await this.backOff.pause(rest)
        return messages
      } catch (error) {
        if (!isOttlaError(error) || !error.retriable) throw error
        await this.backOff.wait(attempt)
      }
    }
    return undefined
  }

  /** What lies between was not handed out. Where it still is not after a seek, it has been deleted: another node has decided it. */
  private seekBack(): void {
    const { next } = this.position
    if (this.gap === next) return this.recover()
    this.gap = next
    this.member.seek({ ...this.inbox, offset: next })
  }

  private schedulePump(): void {
    if (this.pumpScheduled) return
    this.pumpScheduled = true
    this.options.clock.nextTurn(() => {
      this.pumpScheduled = false
      this.pump()
    })
  }

  private pump(): void {
    if (this.phase !== 'owning') return
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
      return this.commitFailed(error as Error)
    }
    this.notify()
  }

  private decide(queued: QueuedMessage): void {
    const { message } = queued
    this.position.decided(queued)
    // A caller who has given up took the command along, unless it has been part of a commit.
    if (message.kind === 'command' && message.caller && !this.callers.has(message.caller)) return
    this.decider?.decide(queued, this.open)
  }

  private commitNext(): void {
    const part = this.snapshots.next(this.open.isEmpty)
    if (part) this.commitSnapshot(part)
    else if (!this.open.isEmpty) this.commit()
  }

  private commitSnapshot(part: SnapshotPart): void {
    const batch = new DecisionBatch()
    this.inFlight = batch
    const written = () => {
      if (this.inFlight !== batch) return
      this.inFlight = undefined
      this.snapshots.written(part)
      this.pump()
    }
    const refused = (error: Error) => {
      if (this.inFlight !== batch || this.phase !== 'owning') return
      this.snapshots.failed(error)
      this.recover()
    }
    this.writer
      ?.commit({ records: part.records })
      .then(written, refused)
      .catch((error: Error) => this.commitFailed(error))
  }

  private commit(): void {
    const batch = this.open
    this.open = new DecisionBatch()
    this.inFlight = batch
    for (const { message } of batch.roots) if (message.kind === 'command' && message.caller) message.caller.taken = true
    const { app, shard, topics } = this.options
    const commit = batch.needsCommit ? this.writer?.commit(batch.toCommit(app, topics.commands, shard)) : Promise.resolve([])
    // A batch that has been dropped meanwhile is decided again from what the log has.
    const committed = (offsets: readonly number[]) => (this.inFlight === batch ? this.committed(batch, offsets) : undefined)
    const refused = (error: Error) => (this.inFlight === batch ? this.commitFailed(error, batch) : undefined)
    commit?.then(committed, refused).catch((error: Error) => this.commitFailed(error))
  }

  private committed(batch: DecisionBatch, offsets: readonly number[]): void {
    const memory = this.memory as ShardMemory
    const eventOffsets = offsets.slice(0, batch.events.length)
    const outcomeOffsets = offsets.slice(batch.events.length, batch.events.length + batch.outcomes.length)
    const committed: Committed = {
      eventOffsets,
      eventsEnd: eventOffsets.length > 0 ? (eventOffsets.at(-1) as number) + 1 : memory.eventsEnd,
      outcomesEnd: outcomeOffsets.length > 0 ? (outcomeOffsets.at(-1) as number) + 1 : memory.outcomesEnd,
    }
    memory.committed(batch, committed)
    for (const [stream, { state }] of batch.touched) this.setDeadline(stream, state)
    this.inFlight = undefined
    this.cautious = false
    for (const { message } of batch.roots) if (message.kind === 'command' && message.caller) this.callers.remove(message.caller)
    for (const answer of batch.answers) answer(committed)
    if (memory.backlog >= this.options.limits.storeBacklog) memory.flush()
    else this.scheduleFlush()
    this.scheduleDeadline()
    this.snapshots.committed()
    if (this.position.isWorthCleaning(batch.inboxNext)) this.cleanInbox(batch.inboxNext)
    if (this.open.isEmpty && this.queue.length === 0) this.notify()
    else this.pump()
  }

  /** Any error of a commit, or of what belongs to it: everything pending is dropped and the shard is taken over anew, unless that is no use. */
  private commitFailed(error: Error, batch?: DecisionBatch): void {
    if (this.phase !== 'owning') return
    if (this.refused.allows(error, batch?.roots ?? [])) this.recover()
    else this.halt(error)
  }

  private recover(): void {
    this.drop()
    this.takingOver = this.takeOver()
  }

  private drop(): void {
    this.phase = 'taking-over'
    this.gap = undefined
    this.member.pause(this.inbox)
    this.cautious = true
    this.inFlight = undefined
    this.open = new DecisionBatch()
    this.queue.length = 0
    this.snapshots.end()
    this.cancelDeadline()
    this.notify()
  }

  private halt(error: Error): void {
    this.phase = 'halted'
    this.failure = error
    this.begun.reject(error)
    this.snapshots.end()
    this.cancelDeadline()
    this.callers.rejectAll(error)
    this.notify()
    this.options.failed(error as OttlaError)
  }

  private nextChange(): Promise<void> {
    return new Promise(resolve => this.waiting.push(resolve))
  }

  private notify(): void {
    const { waiting } = this
    this.waiting = []
    for (const resolve of waiting) resolve()
  }

  private scheduleFlush(): void {
    const { clock, limits } = this.options
    if (this.flushScheduled || this.memory?.backlog === 0) return
    this.flushScheduled = true
    clock.after(limits.storeDelay, () => {
      this.flushScheduled = false
      try {
        if (this.phase === 'owning') this.memory?.flush()
      } catch (error) {
        this.commitFailed(error as Error)
      }
    })
  }

  /** Deletes what has been decided; what stays for a while after an error costs nothing but room. */
  private cleanInbox(offset: number): void {
    this.options.log.admin.deleteRecords([{ ...this.inbox, offset }]).catch(() => undefined)
  }

  private setDeadline({ participant, id }: LiveStream, state: object): void {
    this.deadlines.set(streamKey(participant.name, id), { participant: participant.name, id }, participant.deadline(state))
  }

  private queueDeadlines(): void {
    if (this.position.hasBacklog) return
    for (const { stream, at } of this.deadlines.take(this.options.clock.now())) {
      const { participant, id } = stream
      // With its time, since the ids of events derive from it: a saga has many deadlines, but never two at one time.
      this.queue.push({ message: { kind: 'deadline', saga: participant, key: id, id: `deadline/${participant}/${id}/${at}`, correlationId: id } })
    }
    this.scheduleDeadline()
  }

  private scheduleDeadline(): void {
    this.cancelDeadline()
    const { next } = this.deadlines
    if (next === undefined || this.phase !== 'owning') return
    this.cancelDeadline = this.options.clock.after(Math.max(0, next - this.options.clock.now()), () => this.schedulePump())
  }

  private isPending(caller: Caller): boolean {
    return this.open.roots.some(({ message }) => message.kind === 'command' && message.caller === caller)
  }
}
