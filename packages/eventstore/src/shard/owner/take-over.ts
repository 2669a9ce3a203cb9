import { isOttlaError } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogWriter } from '../../log/log.js'
import type { BackOff } from '../../retry/back-off.js'
import type { ShardInbox } from '../inbox/shard-inbox.js'
import type { OwnerOptions } from './owner-options.js'
import type { OwnerPhase } from './owner-phase.js'
import { type TakenShard, takeShard } from './take-shard.js'

/** The owner as its take-over sees it. */
export interface Taker {
  phase(): OwnerPhase
  /** An attempt begins. */
  takingOver(): void
  /** The group has given the shard to another node. */
  standBy(): void
  /** The shard is ours. */
  own(taken: TakenShard, writer: LogWriter): void
  /** The shard cannot be taken over: trying again is no use. */
  halt(error: Error): void
}

/** Takes a shard over, again and again with back-off while that may help. Has the shard's writer, of which this node opens one at a time. */
export class TakeOver {
  private writer: LogWriter | undefined
  private hasRestored = false
  /** Ends the reading of an attempt under way. */
  private reading = new AbortController()
  /** How often in a row the shard was taken over and nothing could be committed. */
  private fruitless = -1
  private running: Promise<void> = Promise.resolve()
  private readonly tried = Promise.withResolvers<void>()

  constructor(
    private readonly options: OwnerOptions,
    private readonly inbox: ShardInbox,
    private readonly backOff: BackOff,
    private readonly taker: Taker,
  ) {
    this.tried.promise.catch(() => undefined)
  }

  /**
   * Begins with the attempts, which end when the shard is owned, released or halted. The first one comes at once, unless commits fail again and again.
   * @param hasWorked whether anything was committed since the take-over before
   */
  begin(hasWorked = false): void {
    this.inbox.pause()
    this.fruitless = hasWorked ? 0 : this.fruitless + 1
    this.running = this.run(this.fruitless)
  }

  /** Resolves when the first attempt of all has succeeded or has failed for a reason that may pass; rejects when it has failed for good. */
  get firstAttempt(): Promise<void> {
    return this.tried.promise
  }

  /** Resolves when the attempts have ended, and the writer is closed. A restore is not waited for. */
  async end(): Promise<void> {
    this.reading.abort()
    await this.running
    await this.writer?.close()
  }

  /** Never rejects: what does not pass halts the shard. */
  private async run(fruitless: number): Promise<void> {
    if (fruitless > 1) await this.backOff.wait(fruitless - 2)
    for (let attempt = 0; !this.isOver; attempt++) {
      try {
        if (await this.attempt()) break
      } catch (error) {
        this.tried.reject(error)
        this.taker.halt(error as Error)
        break
      }
      this.tried.resolve()
      await this.backOff.wait(attempt)
    }
    this.tried.resolve()
  }

  /** Whether the shard is owned now. Rejects with what does not pass. */
  private async attempt(): Promise<boolean> {
    try {
      if (this.taker.phase() === 'standing-by' && !(await this.inbox.isOurs())) return false
      if (this.isOver) return false
      this.taker.takingOver()
      const taken = await this.take()
      this.taker.own(taken, this.writer as LogWriter)
      this.inbox.resume(taken.inboxStart)
      return true
    } catch (error) {
      if (this.isOver) return false
      if (!isOttlaError(error) || !error.retriable) throw error
      if (error.code === 'SHARD_NOT_OWNED') {
        this.taker.standBy()
        await this.writer?.close()
      }
      return false
    }
  }

  private async take(): Promise<TakenShard> {
    await this.writer?.close()
    this.reading = new AbortController()
    if (this.isOver) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard })
    const taken = await takeShard({ ...this.options, signal: this.reading.signal }, this.inbox, {
      opened: writer => {
        this.writer = writer
      },
      retryUnreadable: !this.hasRestored,
      isWanted: () => !this.isOver,
    })
    this.hasRestored = true
    // A release may have come in the turn between.
    if (this.isOver) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard: this.options.shard })
    return taken
  }

  private get isOver(): boolean {
    const phase = this.taker.phase()
    return phase === 'released' || phase === 'halted'
  }
}
