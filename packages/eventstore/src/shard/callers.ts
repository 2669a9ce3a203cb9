import { type Clock, coreErrors } from '@ottla/core'
import type { Caller, CommandMessage } from './shard-message.js'

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

  /** Nobody is going to decide here. Those whose command may have been decided are told so; the others get the reason. */
  rejectAll(reason: Error): void {
    for (const caller of this.waiting.keys()) caller.reject(caller.taken ? unknownOutcome(caller, reason) : reason)
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
      const { id, key, definition, timeout } = caller.envelope
      const mayBeDecided = caller.taken || this.isPending(caller)
      caller.reject(mayBeDecided ? unknownOutcome(caller) : coreErrors.create('COMMAND_TIMEOUT', { command: definition.name, id, key, timeout }))
    }
    if (this.waiting.size > 0) this.cancelSweep = this.clock.after(sweepInterval, () => this.sweep())
  }
}

function unknownOutcome({ envelope: { id, key, definition, timeout } }: Caller, cause?: Error): Error {
  return coreErrors.create('COMMAND_OUTCOME_UNKNOWN', { command: definition.name, id, key, timeout }, { cause })
}
