import { isOttlaError } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogProducer, NewRecord } from '../log/log.js'
import type { Committer, GroupCommit } from './group-commit.js'

/** Writes with the writers' commits of the same turn, as one of them that nobody fences and that goes on after an error. */
export class EmbeddedProducer implements LogProducer, Committer {
  readonly id = 'producer'
  private readonly open = new Set<Promise<unknown>>()
  private closed = false

  constructor(
    private readonly group: GroupCommit,
    /** Throws LOG_CLOSED. */
    private readonly requireOpen: () => void,
  ) {}

  async send(records: readonly NewRecord[]): Promise<void> {
    this.requireOpen()
    if (this.closed) throw eventstoreErrors.create('LOG_CLOSED', { log: this.id })
    if (records.length === 0) return
    const sending = this.group.submit(this, { records })
    this.open.add(sending)
    try {
      await sending
    } catch (error) {
      if (!isOttlaError(error, 'COMMIT_OUTCOME_UNKNOWN')) throw error
      throw eventstoreErrors.create('LOG_UNAVAILABLE', { log: this.id, error: error.message }, { cause: error })
    } finally {
      this.open.delete(sending)
    }
  }

  problem(): undefined {
    return undefined
  }

  die(): void {
    // Its sends do not build on each other.
  }

  async close(): Promise<void> {
    this.closed = true
    await Promise.allSettled(this.open)
  }
}
