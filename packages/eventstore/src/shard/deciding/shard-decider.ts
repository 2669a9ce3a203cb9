import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogRecord } from '../../log/log.js'
import type { Participant } from '../../model/participant.js'
import { awaitsNewerNode } from '../../model/unreadable-stream.js'
import { Answers } from '../callers/answers.js'
import { handedOn, isUnknown } from '../inbox/handed-on.js'
import { InboxRoutes } from '../inbox/inbox-routes.js'
import type { DecisionBatch } from '../memory/decision-batch.js'
import type { ShardMemory } from '../memory/shard-memory.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import type { CommandMessage, ShardMessage, UnreadableMessage } from '../messages/shard-message.js'
import { CommandDecider } from './command-decider.js'
import type { DeciderOptions } from './decider-options.js'
import { DecisionRecords } from './decision-records.js'
import { EffectsMaker } from './effects.js'
import { failedMessage } from './failed-message.js'
import { replyTo } from './followers.js'
import type { RefusedMessage } from './refused-commits.js'
import { SagaDecider } from './saga-decider.js'

/**
 * Decides messages one after another into a batch: aggregates and sagas of this shard, with everything that a message
 * sets off in the same shard; what concerns other shards becomes records of their inboxes in the same transaction.
 * Nothing here waits, so nobody sees a half-made decision.
 */
export class ShardDecider {
  private readonly routes: InboxRoutes
  private readonly records: DecisionRecords
  private readonly answers: Answers
  private readonly commands: CommandDecider
  private readonly sagas: SagaDecider

  /**
   * @param hasBacklog whether messages found in the inbox at take-over are not all decided
   * @param refused a message whose own transaction the log has refused: it is answered as failed
   */
  constructor(
    private readonly options: DeciderOptions,
    private readonly memory: ShardMemory,
    hasBacklog: () => boolean,
    refused: RefusedMessage | undefined,
  ) {
    const effects = new EffectsMaker(options, refused)
    this.routes = new InboxRoutes(options, hasBacklog)
    this.records = new DecisionRecords(options)
    this.answers = new Answers({ ...options, store: memory.store })
    this.commands = new CommandDecider(options, memory, effects, this.records, this.answers)
    this.sagas = new SagaDecider(options.clock, memory, effects, this.records)
  }

  /** Decides the message and all that it sets off in this shard. */
  decide(root: QueuedMessage, batch: DecisionBatch): void {
    batch.addRoot(root)
    if (root.inbox) this.routes.arrived(root.inbox.hop)
    if (this.leaveToOthers(root, batch)) return
    const chain: ShardMessage[] = [root.message]
    for (let next = 0; next < chain.length; next++) {
      for (const follower of this.decideOne(chain[next] as ShardMessage, batch, next === 0 ? root.inbox?.record : undefined)) {
        if (this.routes.staysHere(follower, chain.length, batch)) chain.push(follower)
        else this.routes.toInbox(follower, batch)
      }
    }
  }

  /** A message that this node does not know goes back to its caller, who offers it again, or to the end of the inbox, until a newer node owns the shard. */
  private leaveToOthers({ message, inbox }: QueuedMessage, batch: DecisionBatch): boolean {
    return inbox !== undefined && isUnknown(message, this.options.model) && this.leave(message, batch, inbox.record)
  }

  /** Leaves a message to a newer node; false where there is none to leave it to, or where that has gone on for too long. */
  private leave(message: ShardMessage, batch: DecisionBatch, record: LogRecord | undefined): boolean {
    const { clock, replies, hasOthers } = this.options
    const { remote, caller } = message as Pick<CommandMessage, 'remote' | 'caller'>
    if (remote) {
      batch.answers.push(() => replies.typeUnknown(remote, message.id))
      return true
    }
    if (!hasOthers() || message.kind === 'deadline') return false
    const again = record && handedOn(record, clock.now())
    if (again) batch.addMessage(again)
    else if (caller) batch.answers.push(() => caller.reject(eventstoreErrors.create('TYPE_UNKNOWN', { type: `an event of ${message.key}` })))
    else if (!record) this.routes.toInbox(message, batch)
    return again !== undefined || !record
  }

  /** Whether only a newer node can decide it, since it has written an event to the stream that this one does not know. */
  private awaitsNewer(message: Exclude<ShardMessage, UnreadableMessage>, participant: Participant): boolean {
    if (!awaitsNewerNode(this.memory.load(participant, message.key))) return false
    return message.kind !== 'command' || this.memory.findDecision(participant.name, message.key, message.id) === undefined
  }

  /** Gives the messages that it sets off. `record` is where it came from, if that is the inbox. */
  private decideOne(message: ShardMessage, batch: DecisionBatch, record: LogRecord | undefined): readonly ShardMessage[] {
    const { model } = this.options
    if (message.kind === 'unreadable') return this.fail(message, batch, record)
    const participant = message.kind === 'command' ? model.decider(message.definition.name) : model.participant(message.saga)
    if (participant && this.awaitsNewer(message, participant) && this.leave(message, batch, record)) return []
    if (message.kind === 'command') {
      return participant ? this.commands.decide(message, participant, batch) : this.fail(ofUnknownType(message, message.definition.name), batch, record)
    }
    return participant ? this.sagas.decide(message, participant, batch) : this.fail(ofUnknownType(message, message.saga), batch, record)
  }

  /** Records a message that cannot be decided as failed, sets its record aside, and tells the saga that waits for it. */
  private fail(message: UnreadableMessage & Pick<CommandMessage, 'caller'>, batch: DecisionBatch, record: LogRecord | undefined): readonly ShardMessage[] {
    if (record) this.records.setAside(record, message.error, batch)
    const failed = failedMessage(message.type, message, 0, this.options.clock.now(), message.error)
    this.records.addOutcome(failed, message.correlationId, batch)
    this.answers.decided(message, { command: failed, events: [], bytes: [] }, 0, batch)
    return replyTo(message, failed)
  }
}

/** @param type what this app has no class, aggregate or saga for */
function ofUnknownType<M extends ShardMessage>(message: M, type: string) {
  return { ...message, kind: 'unreadable' as const, type, error: eventstoreErrors.create('TYPE_UNKNOWN', { type }) }
}
