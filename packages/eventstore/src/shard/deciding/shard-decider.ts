import { type Clock, isRejection } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Input } from '../../model/participant.js'
import type { ShardModel } from '../../model/shard-model.js'
import type { CallerAddress } from '../../records/caller-address.js'
import { eventRecord } from '../../records/event-record.js'
import { outcomeDefinition, outcomeRecord } from '../../records/outcome-record.js'
import type { AppTopics } from '../../records/topics.js'
import type { DecidedCommand } from '../../state/decided-command.js'
import { receiptOf } from '../callers/receipt-of.js'
import type { ReplySender } from '../callers/reply-sender.js'
import { handedOn, isUnknown } from '../inbox/handed-on.js'
import { InboxRoutes } from '../inbox/inbox-routes.js'
import type { Committed, DecisionBatch, PendingDecision } from '../memory/decision-batch.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { KnownDecision, ShardMemory } from '../memory/shard-memory.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import type { CommandMessage, DeadlineMessage, EventMessage, ReplyToSaga, ShardMessage, UnreadableMessage } from '../messages/shard-message.js'
import { type Effects, EffectsMaker } from './effects.js'
import { fingerprintOf } from './fingerprint.js'
import { replyTo, toSagas } from './followers.js'
import { reasonOf } from './reason-of.js'
import type { RefusedMessage } from './refused-commits.js'

/** What deciding needs beside the memory of the shard. */
export interface DeciderOptions {
  readonly shard: number
  readonly shards: number
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly codec: Codec
  readonly clock: Clock
  readonly limits: { readonly batchBytes: number; readonly recordBytes: number }
  /** Reads the events of a decided command again, for an answer from de-duplication. */
  readonly readEvents: (decided: DecidedCommand) => Promise<readonly object[]>
  /** Whether there are other nodes, which may know messages that this one does not. */
  readonly hasOthers: () => boolean
  /** Answers callers on other nodes. */
  readonly replies: ReplySender
}

/**
 * Decides messages one after another into a batch: aggregates and sagas of this shard, with everything that a message
 * sets off in the same shard; what concerns other shards becomes records of their inboxes in the same transaction.
 * Nothing here waits, so nobody sees a half-made decision.
 */
export class ShardDecider {
  private readonly routes: InboxRoutes
  private readonly effects: EffectsMaker

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
    this.routes = new InboxRoutes(options, hasBacklog)
    this.effects = new EffectsMaker(options, refused)
  }

  /** Decides the message and all that it sets off in this shard. */
  decide(root: QueuedMessage, batch: DecisionBatch): void {
    batch.addRoot(root)
    if (root.inbox) this.routes.arrived(root.inbox.hop)
    if (this.leaveToOthers(root, batch)) return
    const chain: ShardMessage[] = [root.message]
    for (let next = 0; next < chain.length; next++) {
      for (const follower of this.decideOne(chain[next] as ShardMessage, batch)) {
        if (this.routes.staysHere(follower, chain.length, batch)) chain.push(follower)
        else this.routes.toInbox(follower, batch)
      }
    }
  }

  /** A message that this node does not know goes back to its caller, who offers it again, or to the end of the inbox, until a newer node owns the shard. */
  private leaveToOthers({ message, inbox }: QueuedMessage, batch: DecisionBatch): boolean {
    const { model, clock, replies, hasOthers } = this.options
    if (!inbox || !isUnknown(message, model)) return false
    const { remote } = message as Pick<CommandMessage, 'remote'>
    const record = hasOthers() && !remote ? handedOn(inbox.record, clock.now()) : undefined
    if (remote) batch.answers.push(() => replies.typeUnknown(remote, message.id))
    if (record) batch.addMessage(record)
    return remote !== undefined || record !== undefined
  }

  private decideOne(message: ShardMessage, batch: DecisionBatch): readonly ShardMessage[] {
    switch (message.kind) {
      case 'command':
        return this.decideCommand(message, batch)
      case 'unreadable':
        return this.decideUnreadable(message, batch)
      default:
        return this.decideSaga(message, batch)
    }
  }

  private decideCommand(command: CommandMessage, batch: DecisionBatch): readonly ShardMessage[] {
    const { options, memory } = this
    const participant = options.model.decider(command.definition.name)
    if (!participant) {
      const error = eventstoreErrors.create('TYPE_UNKNOWN', { type: command.definition.name })
      return this.decideUnreadable({ ...command, kind: 'unreadable', type: command.definition.name, error }, batch)
    }
    const fingerprint = fingerprintOf(command)
    // An id that was drawn for this sending needs no search, unless an earlier offer of it may have been decided.
    const isNew = command.caller?.envelope.isNew && !command.caller.taken
    const known = isNew ? undefined : memory.findDecision(participant.name, command.key, command.id)
    if (known) return this.answerAgain(command, known, fingerprint, batch)

    const stream = memory.load(participant, command.key)
    const now = options.clock.now()
    const from = stream.version
    let effects: Effects | undefined
    let failure: unknown
    try {
      effects = this.effects.make(stream, { kind: 'command', definition: command.definition, message: command.message }, command, now)
    } catch (error) {
      failure = error
    }
    const reason = failure === undefined ? {} : reasonOf(failure)
    const decision: PendingDecision = {
      command: {
        participant: participant.name,
        key: command.key,
        id: command.id,
        type: command.definition.name,
        fingerprint,
        outcome: failure === undefined ? 'accepted' : isRejection(failure) ? 'rejected' : 'failed',
        from,
        to: from + (effects?.events.length ?? 0),
        at: now,
        ...reason,
      },
      events: effects?.events.map(({ message }) => message) ?? [],
      bytes: effects?.events.map(({ bytes }) => bytes) ?? [],
    }
    const first = batch.events.length
    if (effects && effects.events.length > 0) this.addEvents(stream, effects, command, { fingerprint, commandType: command.definition.name, now }, batch)
    else this.addOutcome(decision.command, command.correlationId, batch)
    batch.decisions.push(decision)
    memory.remember(decision)
    this.answer(command, decision, first, batch)
    return [...(effects ? toSagas(options.model, stream.id, effects, command) : []), ...replyTo(command, decision.command)]
  }

  private decideSaga(message: EventMessage | ReplyToSaga | DeadlineMessage, batch: DecisionBatch): readonly ShardMessage[] {
    const { model, clock } = this.options
    const saga = model.participant(message.saga)
    const now = clock.now()
    if (!saga)
      return this.decideUnreadable(
        { ...message, kind: 'unreadable', type: message.saga, error: eventstoreErrors.create('TYPE_UNKNOWN', { type: message.saga }) },
        batch,
      )
    const stream = this.memory.load(saga, message.key)
    const about = { fingerprint: '', commandType: message.kind === 'event' ? message.definition.name : message.kind, now }
    try {
      const effects = this.sagaEffects(stream, message, now)
      this.addEvents(stream, effects, message, about, batch)
      return effects.commands
    } catch (error) {
      this.addOutcome(failedMessage(saga.name, message, stream.version, now, error), message.correlationId, batch)
      return []
    }
  }

  /** What the saga makes of the message; where it cannot take it, it is parked with the reason, so that nobody waits unseen. */
  private sagaEffects(stream: LiveStream, message: EventMessage | ReplyToSaga | DeadlineMessage, now: number): Effects {
    try {
      return this.effects.make(stream, inputOf(message), message, now)
    } catch (error) {
      return this.effects.make(stream, { kind: 'park', ...reasonOf(error) }, message, now)
    }
  }

  /** Records a message that cannot be decided as failed, and tells the saga that waits for it. */
  private decideUnreadable(message: UnreadableMessage & { readonly caller?: CommandMessage['caller'] }, batch: DecisionBatch): readonly ShardMessage[] {
    const decided = failedMessage(message.type, message, 0, this.options.clock.now(), message.error)
    this.addOutcome(decided, message.correlationId, batch)
    this.answer(message, { command: decided, events: [], bytes: [] }, 0, batch)
    return replyTo(message, decided)
  }

  private addEvents(
    stream: LiveStream,
    effects: Effects,
    cause: ShardMessage,
    about: { fingerprint: string; commandType: string; now: number },
    batch: DecisionBatch,
  ): void {
    const { shard, topics } = this.options
    for (const [index, { definition, bytes }] of effects.events.entries()) {
      stream.version++
      const envelope = {
        type: definition.name,
        stream: { participant: stream.participant.name, id: stream.id },
        version: stream.version,
        commandId: cause.id,
        commandType: about.commandType,
        index,
        fingerprint: about.fingerprint,
        correlationId: cause.correlationId,
      }
      batch.addEvent(eventRecord(topics.events, shard, { envelope, bytes }, about.now), stream)
    }
    if (effects.events.length === 0) return
    stream.state = effects.state
    batch.touch(stream)
  }

  private addOutcome(decided: PendingDecision['command'], correlationId: string, batch: DecisionBatch): void {
    const { shard, topics, codec } = this.options
    const envelope = {
      outcome: decided.outcome,
      stream: { participant: decided.participant, id: decided.key },
      version: decided.to,
      commandId: decided.id,
      commandType: decided.type,
      fingerprint: decided.fingerprint,
      correlationId,
    }
    const bytes = codec.encode(topics.outcomes, outcomeDefinition, { code: decided.code, details: decided.details })
    batch.addOutcome(outcomeRecord(topics.outcomes, shard, envelope, bytes, decided.at))
  }

  private answerAgain(command: CommandMessage, known: KnownDecision, fingerprint: string, batch: DecisionBatch): readonly ShardMessage[] {
    const decided = 'pending' in known ? known.pending.command : known.stored
    // A saga's ids are its own: after a deployment its command may be written otherwise and is still the same.
    if (decided.fingerprint !== fingerprint && !command.replyTo) {
      const error = eventstoreErrors.create('COMMAND_ID_REUSED', { id: command.id, key: command.key, command: command.definition.name })
      batch.answers.push(() => {
        command.caller?.reject(error)
        if (command.remote) this.options.replies.idReused(command.remote, command.id)
      })
      return replyTo(command, { ...decided, outcome: 'failed', code: error.code, details: error.message })
    }
    // The batch commits after every earlier one, so the answer is given when the first decision is durable.
    batch.answers.push(committed => {
      const stored = 'stored' in known ? known.stored : { ...known.pending.command, ...ends(committed) }
      if (command.remote) this.replyAgain(command.remote, known, stored)
      if (!command.caller) return
      const events = 'pending' in known ? Promise.resolve(known.pending.events) : this.options.readEvents(stored)
      const { resolve, reject } = command.caller
      events.then(found => resolve(receiptOf(stored, this.options, found, true)), reject)
    })
    return replyTo(command, decided)
  }

  /** The caller reads the events itself where only the log has them. */
  private replyAgain(to: CallerAddress, known: KnownDecision, decided: DecidedCommand): void {
    const events = 'pending' in known ? known.pending.bytes : undefined
    const [eventsAt = 0] =
      decided.to > decided.from ? this.memory.store.index.offsets(decided.participant, decided.key, decided.from + 1, decided.from + 1) : []
    this.options.replies.decided(to, { decided, duplicate: true, events, eventsAt })
  }

  /** @param first which event of the batch is the decision's first */
  private answer({ caller, remote }: Pick<CommandMessage, 'caller' | 'remote'>, decision: PendingDecision, first: number, batch: DecisionBatch): void {
    if (!caller && !remote) return
    batch.answers.push(committed => {
      const decided = { ...decision.command, ...ends(committed) }
      caller?.resolve(receiptOf(decided, this.options, decision.events, false))
      if (remote) this.options.replies.decided(remote, { decided, duplicate: false, events: decision.bytes, eventsAt: committed.eventOffsets[first] ?? 0 })
    })
  }
}

function ends({ eventsEnd, outcomesEnd }: Committed) {
  return { eventsEnd, outcomesEnd }
}

function failedMessage(participant: string, message: ShardMessage, version: number, at: number, error: unknown): PendingDecision['command'] {
  const type = message.kind === 'command' || message.kind === 'event' ? message.definition.name : message.kind === 'unreadable' ? message.type : message.kind
  return { participant, key: message.key, id: message.id, type, fingerprint: '', outcome: 'failed', from: version, to: version, at, ...reasonOf(error) }
}

function inputOf(message: EventMessage | ReplyToSaga | DeadlineMessage): Input {
  if (message.kind === 'event') return { kind: 'event', definition: message.definition, message: message.message, bytes: message.bytes }
  return message.kind === 'reply' ? { kind: 'reply', reply: message.reply } : { kind: 'deadline' }
}
