import { hash } from 'node:crypto'
import { type Clock, copyState, freezeState, isRejection, keyOf, type MessageDefinition, OttlaError, type Receipt, type Rejection } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import { eventRecord } from '../records/event-record.js'
import { inboxRecord, type ReplyAddress, replyDefinition } from '../records/inbox-record.js'
import { outcomeDefinition, outcomeRecord } from '../records/outcome-record.js'
import type { AppTopics } from '../records/topics.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { Committed, DecisionBatch, PendingDecision } from './decision-batch.js'
import { hopOf } from './inbox-reader.js'
import type { LiveStream } from './live-stream.js'
import type { Decision, Input, Reply } from './participant.js'
import { shardOf } from './partitioner.js'
import { receiptOf } from './receipt-of.js'
import type { KnownDecision, ShardMemory } from './shard-memory.js'
import type { CommandMessage, DeadlineMessage, EventMessage, Hop, QueuedMessage, ReplyToSaga, ShardMessage, UnreadableMessage } from './shard-message.js'
import type { ShardModel } from './shard-model.js'

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
}

/** How many messages one message may set off in its own shard and transaction; the rest takes the way through the inbox. */
const chainLimit = 1_000

/** The effects of one decision, complete before any of them joins the batch. */
interface Effects {
  readonly events: readonly { readonly definition: MessageDefinition; readonly message: object; readonly bytes: Buffer }[]
  readonly commands: readonly CommandMessage[]
  readonly state: object
}

/**
 * Decides messages one after another into a batch: aggregates and sagas of this shard, with everything that a message
 * sets off in the same shard; what concerns other shards becomes records of their inboxes in the same transaction.
 * Nothing here waits, so nobody sees a half-made decision.
 */
export class ShardDecider {
  /** Messages to this shard's own keys on their way through the inbox, by target: later ones must not overtake them. */
  private readonly hopping = new Map<string, Set<string>>()
  /** Commands whose own transaction the log refused, with the reason: they are answered as failed. */
  private readonly unwritable = new Map<string, OttlaError>()

  constructor(
    private readonly options: DeciderOptions,
    private readonly memory: ShardMemory,
    /** Whether messages found in the inbox at take-over are not all decided: then the shard's own must queue up behind them. */
    private readonly hasBacklog: () => boolean,
  ) {}

  markUnwritable(messageId: string, error: OttlaError): void {
    this.unwritable.set(messageId, error)
  }

  /** Decides the message and all that it sets off in this shard. */
  decide(root: QueuedMessage, batch: DecisionBatch): void {
    batch.addRoot(root)
    if (root.inbox) this.arrived(root.inbox.hop)
    const chain: ShardMessage[] = [root.message]
    for (let next = 0; next < chain.length; next++) {
      for (const follower of this.decideOne(chain[next] as ShardMessage, batch)) {
        if (this.staysHere(follower, chain.length, batch)) chain.push(follower)
        else this.sendToInbox(follower, batch)
      }
    }
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
      effects = this.effects(stream, { kind: 'command', definition: command.definition, message: command.message }, command, now)
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
    }
    if (effects && effects.events.length > 0) this.addEvents(stream, effects, command, { fingerprint, commandType: command.definition.name, now }, batch)
    else this.addOutcome(decision.command, command.correlationId, batch)
    batch.decisions.push(decision)
    memory.remember(decision)
    this.answer(command, committed => receiptOf({ ...decision.command, ...ends(committed) }, options, decision.events, false), batch)
    return [...(effects ? this.toSagas(stream, effects, command) : []), ...replyTo(command, decision.command)]
  }

  /** Runs the participant and prepares everything that could fail: encoding, applying the events to a copy, storing the new state. */
  private effects(stream: LiveStream, input: Input, message: ShardMessage, now: number): Effects {
    const refused = this.unwritable.get(message.id)
    if (refused && input.kind !== 'park') throw refused
    if (stream.unreadable !== undefined)
      throw eventstoreErrors.create('STREAM_UNREADABLE', { stream: `${stream.participant.name}/${stream.id}`, problem: stream.unreadable })
    const { participant, id, version, state } = stream
    const decision = participant.decide(state, input, { id, messageId: message.id, correlationId: message.correlationId, version, now })
    const commands = this.outgoing(decision, stream, message)
    if (decision.events.length === 0) return { events: [], commands, state }
    const next = copyState(state)
    const events = decision.events.map(({ definition, message: event }, index) => {
      const bytes = this.encode(this.options.topics.events, definition, event)
      // What is applied is what will be read back, so that a state is the same whether it was lived or restored.
      const stored = { definition, message: freezeState(this.options.codec.decode(definition, bytes)), bytes }
      participant.evolve(next, stored, { id, version: version + index + 1, timestamp: now })
      return stored
    })
    this.options.model.stateCodec(participant).check(next)
    return { events, commands, state: freezeState(next) }
  }

  private outgoing(decision: Decision, stream: LiveStream, cause: ShardMessage): CommandMessage[] {
    const { codec, topics } = this.options
    return decision.commands.map(({ id, definition, message }) => {
      const bytes = this.encode(topics.commands, definition, message)
      return {
        kind: 'command',
        key: keyOf(definition, message),
        id,
        definition,
        message: freezeState(codec.decode(definition, bytes)),
        bytes,
        correlationId: cause.correlationId,
        replyTo: { saga: stream.participant.name, id: stream.id },
      }
    })
  }

  private encode(topic: string, definition: MessageDefinition, message: object): Buffer {
    const bytes = this.options.codec.encode(topic, definition, message)
    const { recordBytes: limit } = this.options.limits
    if (bytes.length > limit) throw eventstoreErrors.create('RECORD_TOO_LARGE', { bytes: bytes.length, topic, partition: this.options.shard, limit })
    return bytes
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
      return this.effects(stream, inputOf(message), message, now)
    } catch (error) {
      return this.effects(stream, { kind: 'park', ...reasonOf(error) }, message, now)
    }
  }

  /** Records a message that cannot be decided as failed, and tells the saga that waits for it. */
  private decideUnreadable(message: UnreadableMessage & { readonly caller?: CommandMessage['caller'] }, batch: DecisionBatch): readonly ShardMessage[] {
    const decided = failedMessage(message.type, message, 0, this.options.clock.now(), message.error)
    this.addOutcome(decided, message.correlationId, batch)
    this.answer(message, committed => receiptOf({ ...decided, ...ends(committed) }, this.options, [], false), batch)
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

  private toSagas(stream: LiveStream, { events }: Effects, cause: CommandMessage): ShardMessage[] {
    const messages: ShardMessage[] = []
    for (const [index, { definition, message, bytes }] of events.entries()) {
      const id = `${cause.id}/${index}`
      for (const { saga, sagaId } of this.options.model.triggers(definition.name)) {
        const to = { saga: saga.name, id: `${id}/${saga.name}`, correlationId: cause.correlationId }
        try {
          messages.push({ ...to, kind: 'event', key: sagaId(message, stream.id), definition, message, bytes })
        } catch (error) {
          // A reaction that throws never undoes the event: it is recorded as failed where the saga would be.
          messages.push({ ...to, kind: 'unreadable', key: stream.id, type: saga.name, error: error as Error })
        }
      }
    }
    return messages
  }

  private answerAgain(command: CommandMessage, known: KnownDecision, fingerprint: string, batch: DecisionBatch): readonly ShardMessage[] {
    const decided = 'pending' in known ? known.pending.command : known.stored
    // A saga's ids are its own: after a deployment its command may be written otherwise and is still the same.
    if (decided.fingerprint !== fingerprint && !command.replyTo) {
      const error = eventstoreErrors.create('COMMAND_ID_REUSED', { id: command.id, key: command.key, command: command.definition.name })
      batch.answers.push(() => command.caller?.reject(error))
      return replyTo(command, { ...decided, outcome: 'failed', code: error.code, details: error.message })
    }
    // The batch commits after every earlier one, so the answer is given when the first decision is durable.
    batch.answers.push(committed => {
      if (!command.caller) return
      const stored = 'stored' in known ? known.stored : { ...known.pending.command, ...ends(committed) }
      const events = 'pending' in known ? Promise.resolve(known.pending.events) : this.options.readEvents(stored)
      const { resolve, reject } = command.caller
      events.then(found => resolve(receiptOf(stored, this.options, found, true)), reject)
    })
    return replyTo(command, decided)
  }

  private answer(message: { readonly caller?: CommandMessage['caller'] }, receipt: (committed: Committed) => Receipt, batch: DecisionBatch): void {
    const { caller } = message
    if (caller) batch.answers.push(committed => caller.resolve(receipt(committed)))
  }

  private staysHere(message: ShardMessage, chained: number, batch: DecisionBatch): boolean {
    const { shard, shards, limits } = this.options
    if (message.kind === 'unreadable' || message.kind === 'deadline') return true
    if (shardOf(message.key, shards) !== shard) return false
    if (this.hasBacklog() || chained >= chainLimit || batch.bytes >= limits.batchBytes) return false
    return !this.hopping.has(hopOfMessage(message).target)
  }

  private sendToInbox(message: ShardMessage, batch: DecisionBatch): void {
    if (message.kind === 'unreadable' || message.kind === 'deadline') return
    const { shards, shard, topics, codec, clock } = this.options
    const partition = shardOf(message.key, shards)
    if (partition === shard) this.leaves(hopOfMessage(message))
    const { id, correlationId } = message
    const about = message.kind === 'command' ? { replyTo: message.replyTo } : { saga: message.saga }
    const type = message.kind === 'reply' ? replyDefinition.name : message.definition.name
    const bytes = message.kind === 'reply' ? codec.encode(topics.commands, replyDefinition, message.reply) : message.bytes
    batch.addMessage(inboxRecord(topics.commands, partition, message.key, { kind: message.kind, type, id, correlationId, ...about }, bytes, clock.now()))
  }

  private leaves({ target, name }: Hop): void {
    const names = this.hopping.get(target)
    if (names) names.add(name)
    else this.hopping.set(target, new Set([name]))
  }

  private arrived({ target, name }: Hop): void {
    const names = this.hopping.get(target)
    if (names?.delete(name) && names.size === 0) this.hopping.delete(target)
  }
}

function hopOfMessage(message: CommandMessage | EventMessage | ReplyToSaga): Hop {
  return hopOf(message.kind, message.key, message.id, message.kind === 'command' ? undefined : message.saga)
}

function ends({ eventsEnd, outcomesEnd }: Committed) {
  return { eventsEnd, outcomesEnd }
}

/** Of type and content, whatever schema it was written with: an absent optional field is no content. */
function fingerprintOf({ definition, message }: CommandMessage): string {
  const content = JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  return hash('sha1', `${definition.name} ${content}`, 'base64').slice(0, 16)
}

/** The longest text that an outcome keeps of a reason. */
const longestReason = 10_000

function reasonOf(error: unknown): { code: string; details: string } {
  if (isRejection(error)) return { code: error.code.toWellFormed(), details: detailsOf(error) }
  const code = error instanceof OttlaError ? error.code : 'HANDLER_FAILED'
  const details = error instanceof Error ? error.message : String(error)
  return { code, details: details.slice(0, longestReason).toWellFormed() }
}

function detailsOf({ code, details }: Rejection): string {
  try {
    const text = JSON.stringify(details, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
    return text.length <= longestReason ? text : JSON.stringify({ omitted: `${text.length} characters` })
  } catch (error) {
    return JSON.stringify({ omitted: `the details of ${code} are no JSON: ${(error as Error).message}` })
  }
}

function failedMessage(participant: string, message: ShardMessage, version: number, at: number, error: unknown): PendingDecision['command'] {
  const type = message.kind === 'command' || message.kind === 'event' ? message.definition.name : message.kind === 'unreadable' ? message.type : message.kind
  return { participant, key: message.key, id: message.id, type, fingerprint: '', outcome: 'failed', from: version, to: version, at, ...reasonOf(error) }
}

function inputOf(message: EventMessage | ReplyToSaga | DeadlineMessage): Input {
  if (message.kind === 'event') return { kind: 'event', definition: message.definition, message: message.message, bytes: message.bytes }
  return message.kind === 'reply' ? { kind: 'reply', reply: message.reply } : { kind: 'deadline' }
}

function replyTo(
  command: { readonly id: string; readonly replyTo?: ReplyAddress; readonly correlationId: string },
  decided: Pick<Reply, 'outcome' | 'code' | 'details'>,
): readonly ReplyToSaga[] {
  if (!command.replyTo) return []
  const { outcome, code, details } = decided
  const reply: Reply = { commandId: command.id, outcome, code, details }
  return [{ kind: 'reply', saga: command.replyTo.saga, key: command.replyTo.id, id: `${command.id}/reply`, reply, correlationId: command.correlationId }]
}
