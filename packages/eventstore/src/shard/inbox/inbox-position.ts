import type { RecordBatch } from '../../log/log.js'
import type { QueuedMessage } from '../messages/queued-message.js'

/** After how many decided records those below are deleted. */
const cleaning = 5_000

/** Where a shard stands in its inbox: what has been taken into the queue, and what of it is not decided. */
export class InboxPosition {
  /** The next offset to take; records below it were taken before. */
  private nextOffset = 0
  private undecided = 0
  /** End of the inbox at take-over: deadlines and the shard's own messages wait until it has been decided. */
  private backlogEnd = 0
  private backlog = 0
  private cleaned = 0

  /** Begins at `offset`; whatever lies there up to `end` is the backlog. */
  start(offset: number, end: number): void {
    this.nextOffset = offset
    this.cleaned = offset
    this.backlogEnd = end
    this.backlog = 0
    this.undecided = 0
  }

  get next(): number {
    return this.nextOffset
  }

  /** How many messages are queued and not decided. */
  get queued(): number {
    return this.undecided
  }

  /** Whether messages found at take-over are not all decided. */
  get hasBacklog(): boolean {
    return this.nextOffset < this.backlogEnd || this.backlog > 0
  }

  /** The messages of a batch that were not taken before; from now on they are. */
  take(batch: RecordBatch, messages: readonly QueuedMessage[]): QueuedMessage[] {
    const taken = messages.filter(({ inbox }) => inbox !== undefined && inbox.offset >= this.nextOffset)
    this.undecided += taken.length
    this.backlog += taken.filter(message => this.isBacklog(message)).length
    this.nextOffset = Math.max(this.nextOffset, batch.next)
    return taken
  }

  decided(message: QueuedMessage): void {
    if (!message.inbox) return
    this.undecided--
    if (this.isBacklog(message)) this.backlog--
  }

  /** Whether enough has been committed to delete what lies below `committed`; asked once for each time. */
  isWorthCleaning(committed: number | undefined): committed is number {
    if (committed === undefined || committed < this.cleaned + cleaning) return false
    this.cleaned = committed
    return true
  }

  private isBacklog({ inbox }: QueuedMessage): boolean {
    return inbox !== undefined && inbox.offset < this.backlogEnd
  }
}
