import { type Clock, isOttlaError } from '@ottla/core'
import type { Caller } from '../messages/caller.js'
import type { CommandMessage } from '../messages/shard-message.js'
import { withoutOutcome } from './without-outcome.js'

/** How often callers whose time is over are looked for, in milliseconds. */
const sweepInterval = 100

/** Those in this process who wait for the outcome of a command, in the order in which they came. Each of them gets a fate. */
export class Callers {
  private readonly waiting = new Map<Caller, CommandMessage>()
  private cancelSweep: (() => void) | undefined

  /** @param isPending whether a command is decided and will be part of the next commit */
  constructor(
    private readonly clock: Clock,
    private readonly isPending: (caller: Caller) => boolean,
  ) {}

  get size(): number {
    return this.waiting.size
  }

  has(caller: Caller): boolean {
    return this.waiting.has(caller)
  }

  add(caller: Caller, message: CommandMessage): void {
    this.waiting.set(caller, message)
    this.cancelSweep ??= this.clock.after(sweepInterval, () => this.sweep())
  }

  /** The caller is about to be answered. */
  remove(caller: Caller): void {
    this.waiting.delete(caller)
  }

  messages(): Iterable<CommandMessage> {
    return this.waiting.values()
  }

  /** Nobody is going to decide here. SHARD_NOT_OWNED sends all of them elsewhere; for any other reason, those whose command may have been decided are told so. */
  rejectAll(reason: Error): void {
    const isMoving = isOttlaError(reason, 'SHARD_NOT_OWNED')
    for (const caller of this.waiting.keys()) caller.reject(caller.taken && !isMoving ? withoutOutcome(caller.envelope, true, reason) : reason)
    this.waiting.clear()
    this.cancelSweep?.()
    this.cancelSweep = undefined
  }

  private sweep(): void {
    this.cancelSweep = undefined
    const now = this.clock.now()
    for (const caller of this.waiting.keys()) {
      if (caller.envelope.deadline > now) continue
      this.waiting.delete(caller)
      caller.reject(withoutOutcome(caller.envelope, caller.taken || this.isPending(caller)))
    }
    if (this.waiting.size > 0) this.cancelSweep = this.clock.after(sweepInterval, () => this.sweep())
  }
}
