import { isOttlaError, type OttlaError } from '@ottla/core'
import type { QueuedMessage } from '../messages/queued-message.js'

/** What stands in the way of every transaction, whatever it holds. */
const concernsAll = ['LOG_FULL', 'LOG_CLOSED', 'LOG_DAMAGED', 'LOG_READ_ONLY']

/** A message whose own transaction the log has refused. */
export interface RefusedMessage {
  readonly id: string
  readonly error: OttlaError
  /** How often in a row: at first without what it would have written itself, then with nothing but the record of its failure. */
  readonly times: number
}

/** Remembers what the log refuses for what it holds: too large, to a topic that this app may not write. Such a message fails, and its shard goes on. */
export class RefusedCommits {
  private refused: RefusedMessage | undefined

  get latest(): RefusedMessage | undefined {
    return this.refused
  }

  /** Takes note of a failed transaction and says whether it is worth going on: not when the same message cannot even be recorded as failed. */
  allows(error: Error, roots: readonly QueuedMessage[]): boolean {
    if (!isOttlaError(error) || concernsAll.includes(error.code)) return false
    const [only, ...others] = roots
    // One of many: the next transactions have one message each, and show which.
    if (error.retriable || others.length > 0) return true
    if (!only) return false
    const { id } = only.message
    const times = this.refused?.id === id ? this.refused.times + 1 : 1
    this.refused = { id, error, times }
    return times <= 2
  }
}
