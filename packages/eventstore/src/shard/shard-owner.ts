import { coreErrors, isOttlaError, type OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogMember, LogWriter, RecordBatch, TopicOffset } from '../log/log.js'
import type { StateStore } from '../state/state-store.js'
import { DeadlineQueue } from './deadline-queue.js'
import { type Committed, DecisionBatch } from './decision-batch.js'
import { readInbox } from './inbox-reader.js'
import type { LiveStream } from './live-stream.js'
import { restoreShard } from './restore.js'
import { type DeciderOptions, ShardDecider } from './shard-decider.js'
import { ShardMemory, streamKey } from './shard-memory.js'
import type { Caller, QueuedMessage, ShardMessage } from './shard-message.js'

export interface OwnerOptions extends DeciderOptions {
  readonly app: string
  readonly log: Log
  readonly store: StateStore
  readonly limits: OwnerLimits
  /** Called when the shard cannot go on and trying again is no use: the disk is full, the log is damaged. */
  readonly failed: (error: OttlaError) => void
}

export interface OwnerLimits {
  /** How many messages wait before `send` is refused with OVERLOADED. */
  readonly queue: number
  /** How many messages one transaction decides. */
  readonly batch: number
  /** How many bytes one transaction writes; half of a topic's max.message.bytes. */
  readonly batchBytes: number
  /** How many streams stay in memory beside those with unwritten changes. */
  readonly streams: number
  /** How many changes wait at most for the state store, and how long in milliseconds. */
  readonly storeBacklog: number
  readonly storeDelay: number
}

export const defaultLimits: OwnerLimits = { queue: 10_000, batch: 500, batchBytes: 512 * 1024, streams: 10_000, storeBacklog: 1_000, storeDelay: 200 }

type Phase = 'taking-over' | 'owning' | 'halted' | 'released'

/**
 * Decides everything in one shard, alone: it holds the shard's fenced writer. Whatever goes wrong with a commit, the
 * writer and everything pending is dropped and the shard is taken over anew, in this order: member, writer, ends,
 * restore, inbox (design.md 2.2). Callers whose commands were dropped are offered again with the same id.
 */
export class ShardOwner {
  private phase: Phase = 'taking-over'
  private member: LogMember | undefined
  private writer: LogWriter | undefined
  private memory: ShardMemory | undefined
  private decider: ShardDecider | undefined
  private readonly queue: QueuedMessage[] = []
  private readonly deadlines = new DeadlineQueue<{ readonly participant: string; readonly id: string }>()
  /** Those who wait, in the order of their offers. */
  private readonly callers = new Map<Caller, ShardMessage>()
  private open = new DecisionBatch()
  private inFlight: DecisionBatch | undefined
  /** The next inbox offset to take into the queue; records below it were taken before. */
  private inboxNext = 0
  /** End of the inbox at take-over: deadlines and the shard's own messages wait until it has been decided. */
  private backlogEnd = 0
  /** How many messages of that backlog are queued and not decided. */
  private backlogQueued = 0
  /** After a failed commit one message at a time, until one has committed. */
  private cautious = false
  private pumpScheduled = false
  private flushScheduled = false
  private cancelDeadline = () => {}
  private cancelSweep: (() => void) | undefined
  private drained: (() => void)[] = []

  constructor(private readonly options: OwnerOptions) {}

  /** Takes the shard over. Rejects when the shard cannot be had; gives where to begin in the inbox. */
  async takeOver(member: LogMember): Promise<TopicOffset> {
    const { shard, app, log, topics, store } = this.options
    this.member = member
    this.phase = 'taking-over'
    if (!(await member.holds(this.inbox))) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
    this.writer = await log.writer(`${app}.${shard}`)
    const end = async (topic: string) => (await log.admin.endOffsets(topic))[shard] as number
    const restored = await restoreShard(this.options, { events: await end(topics.events), outcomes: await end(topics.outcomes) })
    this.inboxNext = await this.inboxStart(restored.inbox, restored.events > 0 || restored.outcomes > 0)
    this.backlogEnd = await end(topics.commands)
    this.backlogQueued = 0
    this.memory = new ShardMemory(shard, this.options.model, store, this.options.limits.streams, restored)
    this.decider = new ShardDecider(this.options, this.memory, () => this.hasBacklog)
    this.deadlines.clear()
    for (const { participant, id, deadline } of store.deadlines(shard)) this.deadlines.set(streamKey(participant, id), { participant, id }, deadline)
    this.phase = 'owning'
    for (const message of this.callers.values()) this.queue.push({ message })
    this.schedulePump()
    return { ...this.inbox, offset: this.inboxNext }
  }

  /** Offers a command of this process: same queue and transaction as the inbox, without the way through it. */
  offer(caller: Caller, message: ShardMessage): void {
    const { shard, limits } = this.options
    if (this.phase === 'halted' || this.phase === 'released') return caller.reject(eventstoreErrors.create('SHARD_NOT_OWNED', { shard }))
    if (this.callers.size >= limits.queue) return caller.reject(eventstoreErrors.create('OVERLOADED', { shard, queued: this.callers.size }))
    this.callers.set(caller, message)
    this.scheduleSweep()
    if (this.phase !== 'owning') return
    this.queue.push({ message })
    this.schedulePump()
  }

  /** Takes a batch of the inbox; resolves when there is room for the next one. */
  async receive(batch: RecordBatch): Promise<void> {
    const messages = this.phase === 'owning' ? await readInbox(batch, this.options) : []
    // A take-over seeks, so whatever was fetched before it may be dropped.
    if (this.phase !== 'owning') return
    if (batch.from > this.inboxNext) return this.member?.seek({ ...this.inbox, offset: this.inboxNext })
    for (const queued of messages) {
      if ((queued.inboxOffset as number) < this.inboxNext) continue
      this.queue.push(queued)
      if ((queued.inboxOffset as number) < this.backlogEnd) this.backlogQueued++
    }
    this.inboxNext = Math.max(this.inboxNext, batch.next)
    this.schedulePump()
    while (this.phase === 'owning' && this.queue.length > this.options.limits.batch) await new Promise<void>(resolve => this.drained.push(resolve))
  }

  /** Decides and commits what is queued, writes the state store and gives the writer up. */
  async release(): Promise<void> {
    while (this.phase === 'owning' && (this.queue.length > 0 || this.inFlight)) await new Promise<void>(resolve => this.drained.push(resolve))
    const wasOwning = this.phase === 'owning'
    this.phase = 'released'
    this.cancelDeadline()
    this.cancelSweep?.()
    if (wasOwning) this.memory?.flush()
    await this.writer?.close()
    this.rejectCallers(eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard }))
    this.notifyDrained()
  }

  /** Writes what has committed to the state store, so that reading it shows everything committed. */
  flush(): void {
    if (this.phase === 'owning') this.memory?.flush()
  }

  private get hasBacklog(): boolean {
    return this.inboxNext < this.backlogEnd || this.backlogQueued > 0
  }

  private get inbox() {
    return { topic: this.options.topics.commands, partition: this.options.shard }
  }

  private async inboxStart(restored: number | undefined, hasHistory: boolean): Promise<number> {
    const { shard, app, log, topics } = this.options
    const begin = (await log.admin.beginOffsets(topics.commands))[shard] as number
    const { committed } = (await log.admin.groupLag(app)).find(({ topic, partition }) => topic === topics.commands && partition === shard) ?? {}
    const known = Math.max(committed ?? -1, restored ?? -1)
    if (known >= begin) return known
    if (known >= 0) throw eventstoreErrors.create('INBOX_LOST', { shard, problem: `it stood at ${known}, but the inbox begins at ${begin}` })
    if (hasHistory) throw eventstoreErrors.create('INBOX_LOST', { shard, problem: 'neither the group nor the log has one' })
    // From the first take-over on there is a position, so that a missing one always means a lost one.
    await this.writer?.commit({ records: [], consumed: { group: app, offsets: [{ ...this.inbox, offset: begin }] } })
    return begin
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
    } catch (error) {
      return this.commitFailed(error as Error)
    }
    if (!this.inFlight && !this.open.isEmpty) this.commit()
    if (this.queue.length <= limits.batch) this.notifyDrained()
  }

  private decide(queued: QueuedMessage): void {
    const { message, inboxOffset } = queued
    if (inboxOffset !== undefined && inboxOffset < this.backlogEnd) this.backlogQueued--
    // A caller who has given up took the command along, unless it has been part of a commit.
    if (message.kind === 'command' && message.caller && !this.callers.has(message.caller)) return
    this.decider?.decide(queued, this.open, this.options.limits.batchBytes)
  }

  private commit(): void {
    const batch = this.open
    this.open = new DecisionBatch()
    this.inFlight = batch
    for (const { message } of batch.roots) if (message.kind === 'command' && message.caller) message.caller.taken = true
    const { app, shard, topics } = this.options
    const commit = batch.needsCommit ? this.writer?.commit(batch.toCommit(app, topics.commands, shard)) : Promise.resolve([])
    commit?.then(offsets => this.committed(batch, offsets)).catch((error: Error) => this.commitFailed(error))
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
    for (const { message } of batch.roots) if (message.kind === 'command' && message.caller) this.callers.delete(message.caller)
    for (const answer of batch.answers) answer(committed)
    if (memory.backlog >= this.options.limits.storeBacklog) this.writeStore()
    else this.scheduleFlush()
    this.scheduleDeadline()
    if (this.open.isEmpty && this.queue.length === 0) this.notifyDrained()
    else this.pump()
  }

  /** Any error of a commit: everything pending is dropped and the shard is taken over anew. */
  private commitFailed(error: Error): void {
    if (this.phase !== 'owning') return
    const failed = this.inFlight ?? this.open
    const [only, ...others] = failed.roots
    const tooLarge = isOttlaError(error, 'RECORD_TOO_LARGE') ? error : undefined
    const recoverable = tooLarge !== undefined || (isOttlaError(error) && error.retriable)
    this.drop()
    if (!recoverable) return this.halt(error)
    const unwritable = tooLarge && only && others.length === 0 ? { id: only.message.id, error: tooLarge } : undefined
    this.recover(unwritable).catch((reason: unknown) => this.halt(reason as Error))
  }

  private drop(): void {
    this.phase = 'taking-over'
    this.cautious = true
    this.inFlight = undefined
    this.open = new DecisionBatch()
    this.queue.length = 0
    this.cancelDeadline()
    this.notifyDrained()
  }

  private async recover(unwritable: { readonly id: string; readonly error: OttlaError } | undefined): Promise<void> {
    const member = this.member as LogMember
    for (let attempt = 0; this.phase === 'taking-over'; attempt++) {
      try {
        await this.writer?.close()
        const start = await this.takeOver(member)
        if (unwritable) this.decider?.markUnwritable(unwritable.id, unwritable.error)
        return member.seek(start)
      } catch (error) {
        if (isOttlaError(error, 'SHARD_NOT_OWNED')) return void (await this.release())
        if (!isOttlaError(error) || !error.retriable) throw error
        await this.backOff(attempt)
      }
    }
  }

  /** Waits longer after each failure, 10 ms to 5 s, and not as long as others do at the same moment. */
  private backOff(attempt: number): Promise<void> {
    const { clock } = this.options
    const longest = Math.min(5_000, 10 * 2 ** attempt)
    return new Promise(resolve => clock.after(longest / 2 + Math.random() * (longest / 2), resolve))
  }

  private halt(error: Error): void {
    this.phase = 'halted'
    this.cancelDeadline()
    this.cancelSweep?.()
    this.rejectCallers(error)
    this.notifyDrained()
    this.options.failed(error as OttlaError)
  }

  private rejectCallers(error: Error): void {
    for (const { reject } of this.callers.keys()) reject(error)
    this.callers.clear()
  }

  private notifyDrained(): void {
    const waiting = this.drained
    this.drained = []
    for (const resolve of waiting) resolve()
  }

  private scheduleFlush(): void {
    const { clock, limits } = this.options
    if (this.flushScheduled || this.memory?.backlog === 0) return
    this.flushScheduled = true
    clock.after(limits.storeDelay, () => {
      this.flushScheduled = false
      this.writeStore()
    })
  }

  private writeStore(): void {
    try {
      this.flush()
    } catch (error) {
      this.commitFailed(error as Error)
    }
  }

  private setDeadline({ participant, id }: LiveStream, state: object): void {
    this.deadlines.set(streamKey(participant.name, id), { participant: participant.name, id }, participant.deadline(state))
  }

  private queueDeadlines(): void {
    if (this.hasBacklog) return
    for (const { participant, id } of this.deadlines.take(this.options.clock.now())) {
      const messageId = `deadline/${participant}/${id}`
      this.queue.push({ message: { kind: 'deadline', saga: participant, key: id, id: messageId, correlationId: id } })
    }
    this.scheduleDeadline()
  }

  private scheduleDeadline(): void {
    this.cancelDeadline()
    const { next } = this.deadlines
    if (next === undefined || this.phase !== 'owning') return
    this.cancelDeadline = this.options.clock.after(Math.max(0, next - this.options.clock.now()), () => this.schedulePump())
  }

  private scheduleSweep(): void {
    this.cancelSweep ??= this.options.clock.after(100, () => {
      this.cancelSweep = undefined
      this.sweep()
      if (this.callers.size > 0) this.scheduleSweep()
    })
  }

  /** Tells callers whose time is over what is known of their command. */
  private sweep(): void {
    const now = this.options.clock.now()
    for (const caller of this.callers.keys()) {
      const { id, key, definition, deadline, timeout } = caller.envelope
      if (deadline > now) continue
      this.callers.delete(caller)
      const code = caller.taken || this.isPending(caller) ? 'COMMAND_OUTCOME_UNKNOWN' : 'COMMAND_TIMEOUT'
      caller.reject(coreErrors.create(code, { command: definition.name, id, key, timeout }))
    }
  }

  private isPending(caller: Caller): boolean {
    return this.open.roots.some(({ message }) => message.kind === 'command' && message.caller === caller)
  }
}
