import type { OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogMember, LogWriter, RecordBatch, TopicOffset } from '../../log/log.js'
import { BackOff } from '../../retry/back-off.js'
import { SnapshotSchedule } from '../../snapshots/snapshot-schedule.js'
import { Callers } from '../callers/callers.js'
import { RefusedCommits } from '../deciding/refused-commits.js'
import { ShardInbox } from '../inbox/shard-inbox.js'
import type { Caller } from '../messages/caller.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import type { CommandMessage } from '../messages/shard-message.js'
import { ChangeSignal } from './change-signal.js'
import type { OwnerOptions } from './owner-options.js'
import type { OwnerPhase } from './owner-phase.js'
import { Ownership } from './ownership.js'
import { TakeOver, type Taker } from './take-over.js'
import type { TakenShard } from './take-shard.js'

/**
 * Decides everything in one shard, alone: it holds the shard's fenced writer. Whatever goes wrong with a commit, the
 * writer and everything pending is dropped and the shard is taken over anew, in this order: member, writer, ends,
 * restore, inbox (design.md 2.2). Callers whose commands were dropped are offered again with the same id. The inbox is
 * paused until the shard is owned, so that no shard waits for another one.
 */
export class ShardOwner {
  private phase: OwnerPhase = 'taking-over'
  /** Only while owning. */
  private ownership: Ownership | undefined
  private readonly takeOver: TakeOver
  private readonly inbox: ShardInbox
  private readonly callers: Callers
  private readonly snapshots: SnapshotSchedule
  private readonly refused = new RefusedCommits()
  private readonly backOff: BackOff
  /** Of the phase, or of what is queued. */
  private readonly changes = new ChangeSignal()
  private hasOwned = false
  private releasing = false
  private failure: Error | undefined

  constructor(
    member: LogMember,
    private readonly options: OwnerOptions,
  ) {
    this.backOff = new BackOff(options.clock)
    this.inbox = new ShardInbox(member, options, this.backOff)
    this.takeOver = new TakeOver(options, this.inbox, this.backOff, this.taker)
    this.callers = new Callers(options.clock, caller => this.ownership?.isPending(caller) ?? false)
    this.snapshots = new SnapshotSchedule(options, () => this.ownership?.wake())
  }

  /**
   * Begins to take the shard over, and tries again with back-off while that may help. Resolves when it is owned, or when the first attempt has
   * failed for a reason that may pass. Rejects with INBOX_LOST or an error of the log that does not pass.
   */
  start(): Promise<void> {
    this.takeOver.begin()
    return this.takeOver.firstAttempt
  }

  /** Whether commands of this process are to be offered here: the shard is owned, or about to be. */
  get takesCommands(): boolean {
    return !this.releasing && this.phase !== 'released' && this.phase !== 'standing-by'
  }

  /** Where to begin in the inbox when its partition is assigned anew, although this node has never given it up. */
  get next(): TopicOffset {
    return this.inbox.next
  }

  /** Offers a command of this process: same queue and transaction as the inbox, without the way through it. */
  offer(caller: Caller, message: CommandMessage): void {
    const { shard, limits } = this.options
    if (this.phase === 'halted' || !this.takesCommands) return caller.reject(this.notOwned)
    if (this.callers.size >= limits.queue) return caller.reject(eventstoreErrors.create('OVERLOADED', { shard, queued: this.callers.size }))
    this.callers.add(caller, message)
    this.ownership?.add([{ message }])
  }

  /** Takes a batch of the inbox; resolves when there is room for the next one. Tries again while the registry cannot be reached. */
  async receive(batch: RecordBatch): Promise<void> {
    const messages = await this.inbox.read(batch, () => this.phase === 'owning')
    // A take-over seeks, so whatever was fetched before it may be dropped.
    if (!this.ownership || this.releasing || !messages) return
    if (this.inbox.hasGap(batch)) {
      if (!this.inbox.seekBack()) this.recover()
      return
    }
    this.ownership.add(this.inbox.take(batch, messages))
    while (this.ownership && this.inbox.queued > this.options.limits.batch) await this.changes.next()
  }

  /** Takes a last snapshot if there is anything new; resolves when it is complete or takes too long, and never rejects. */
  publishSnapshot(): Promise<void> {
    return this.snapshots.publish()
  }

  /** Decides and commits what is queued, writes the state store and gives the writer up. */
  async release(): Promise<void> {
    this.releasing = true
    this.snapshots.end()
    while (this.ownership?.isBusy) await this.changes.next()
    const { ownership } = this
    this.backOff.stop()
    if (this.phase !== 'halted') this.enter('released')
    try {
      ownership?.memory.flush()
    } finally {
      this.callers.rejectAll(this.notOwned)
      await this.takeOver.end()
    }
  }

  /** Whether the group, asked now, gives the shard to this node: then nobody else can have decided in it. Rejects with LOG_UNAVAILABLE. */
  isOurs(): Promise<boolean> {
    return this.inbox.isOurs()
  }

  /** Resolves when the state store shows everything committed. Rejects with SHARD_NOT_OWNED, or why the shard cannot go on. */
  async settled(): Promise<void> {
    while (this.phase === 'taking-over') await this.changes.next()
    if (!this.ownership) throw this.notOwned
    this.ownership.memory.flush()
  }

  /** This owner as its take-over sees it. */
  private get taker(): Taker {
    return {
      phase: () => this.phase,
      takingOver: () => this.enter('taking-over'),
      standBy: () => this.standBy(),
      own: (taken, writer) => this.own(taken, writer),
      halt: error => this.halt(error),
    }
  }

  private own({ restored, inboxStart, inboxEnd }: TakenShard, writer: LogWriter): void {
    this.inbox.begin(inboxStart, inboxEnd)
    this.ownership = new Ownership(this.options, {
      writer,
      restored,
      inbox: this.inbox,
      callers: this.callers,
      snapshots: this.snapshots,
      refused: this.refused.latest,
      cautious: this.hasOwned,
      changed: () => this.changes.notify(),
      failed: (error, roots) => this.commitFailed(error, roots),
      lost: () => this.recover(),
    })
    this.phase = 'owning'
    this.hasOwned = true
    this.snapshots.begin(this.ownership.memory)
    this.changes.notify()
  }

  /** The group has given the shard to another node, which is normal life. Commands go there; should the shard come back, nobody needs to tell. */
  private standBy(): void {
    this.enter('standing-by')
    this.callers.rejectAll(this.notOwned)
  }

  /** Any error of a commit, or of what belongs to it: everything pending is dropped and the shard is taken over anew, unless that is no use. */
  private commitFailed(error: Error, roots: readonly QueuedMessage[]): void {
    if (this.refused.allows(error, roots)) this.recover()
    else this.halt(error)
  }

  private recover(): void {
    const hasWorked = this.ownership?.hasCommitted
    this.ownership?.drop()
    this.enter('taking-over')
    this.snapshots.end()
    this.takeOver.begin(hasWorked)
  }

  private halt(error: Error): void {
    this.failure = error
    this.enter('halted')
    this.snapshots.end()
    this.callers.rejectAll(error)
    this.options.failed(error as OttlaError)
  }

  private enter(phase: Exclude<OwnerPhase, 'owning'>): void {
    this.phase = phase
    this.ownership?.end()
    this.ownership = undefined
    this.changes.notify()
  }

  /** Why nobody decides here. */
  private get notOwned(): Error {
    return this.failure ?? eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard })
  }
}
