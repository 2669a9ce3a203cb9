import type { CommandEnvelope, Receipt } from '@ottla/core'
import { withoutOutcome } from '../callers/without-outcome.js'
import type { CommandMessage } from '../messages/shard-message.js'

/** A command of this process on its way to an outcome: offered to an owner here or elsewhere, again and again with the same id, until its deadline. */
export class Call {
  /** Whether an earlier offer may have been decided, although no answer came. */
  taken = false
  /** Its number among those that wait for other nodes, once it does. */
  number: number | undefined
  /** How often it went to another node. */
  attempts = 0
  /** What the latest attempt failed with, for the error in the end. */
  cause: Error | undefined
  /** The outcome as another node has answered it. */
  readonly answer = Promise.withResolvers<Receipt>()

  constructor(
    readonly envelope: CommandEnvelope,
    readonly message: CommandMessage,
  ) {
    this.answer.promise.catch(() => undefined)
  }

  /** What the caller learns when there is no outcome: COMMAND_OUTCOME_UNKNOWN where it may be decided all the same, else COMMAND_TIMEOUT. */
  get withoutOutcome(): Error {
    return withoutOutcome(this.envelope, this.taken, this.cause)
  }
}
