import type { AppTopics } from '../../records/topics.js'
import type { DecidedCommand } from '../../state/decided-command.js'
import type { StateStore } from '../../state/state-store.js'
import type { Committed, DecisionBatch } from '../memory/decision-batch.js'
import type { KnownDecision, PendingDecision } from '../memory/pending-decision.js'
import type { CommandMessage } from '../messages/shard-message.js'
import { receiptOf } from './receipt-of.js'
import type { ReplySender } from './reply-sender.js'

/** Who waits for the outcome of a command: somebody in this process, on another node, or nobody. */
export type Waiting = Pick<CommandMessage, 'caller' | 'remote'>

export interface AnswerOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly store: StateStore
  /** Reads the events of a decided command again. */
  readonly readEvents: (decided: DecidedCommand) => Promise<readonly object[]>
  readonly replies: ReplySender
}

/** Answers those who wait for the outcome of a command: when the batch commits, which it does after every earlier one, so that whatever an answer says is durable. */
export class Answers {
  constructor(private readonly options: AnswerOptions) {}

  /**
   * The command has been decided in this batch.
   * @param first which event of the batch is the decision's first
   */
  decided({ caller, remote }: Waiting, decision: PendingDecision, first: number, batch: DecisionBatch): void {
    if (!caller && !remote) return
    batch.answers.push(committed => {
      const decided = { ...decision.command, ...ends(committed) }
      caller?.resolve(receiptOf(decided, this.options, decision.events, false))
      if (remote) this.options.replies.decided(remote, { decided, duplicate: false, events: decision.bytes, eventsAt: committed.eventOffsets[first] ?? 0 })
    })
  }

  /** The command was decided before: its first outcome again. */
  again({ caller, remote }: Waiting, known: KnownDecision, batch: DecisionBatch): void {
    batch.answers.push(committed => {
      const decided = 'stored' in known ? known.stored : { ...known.pending.command, ...ends(committed) }
      if (remote) this.replyAgain(remote, known, decided)
      if (!caller) return
      const events = 'pending' in known ? Promise.resolve(known.pending.events) : this.options.readEvents(decided)
      events.then(found => caller.resolve(receiptOf(decided, this.options, found, true)), caller.reject)
    })
  }

  /** The id belongs to another command. */
  idReused({ caller, remote }: Waiting, id: string, error: Error, batch: DecisionBatch): void {
    batch.answers.push(() => {
      caller?.reject(error)
      if (remote) this.options.replies.idReused(remote, id)
    })
  }

  /** The caller reads the events itself where only the log has them. */
  private replyAgain(to: NonNullable<Waiting['remote']>, known: KnownDecision, decided: DecidedCommand): void {
    const events = 'pending' in known ? known.pending.bytes : undefined
    const { participant, key, from } = decided
    const [eventsAt = 0] = decided.to > from ? this.options.store.index.offsets(participant, key, from + 1, from + 1) : []
    this.options.replies.decided(to, { decided, duplicate: true, events, eventsAt })
  }
}

function ends({ eventsEnd, outcomesEnd }: Committed) {
  return { eventsEnd, outcomesEnd }
}
