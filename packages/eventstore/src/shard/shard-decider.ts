import { hash } from 'node:crypto'
import { type Clock, copyState, freezeState, isRejection, keyOf, type MessageDefinition, OttlaError, type Receipt } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import { eventRecord } from '../records/event-record.js'
import { inboxRecord, type ReplyAddress, replyDefinition } from '../records/inbox-record.js'
import { outcomeDefinition, outcomeRecord } from '../records/outcome-record.js'
import type { AppTopics } from '../records/topics.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { Committed, DecisionBatch, PendingDecision } from './decision-batch.js'
import type { LiveStream } from './live-stream.js'
import type { Decision, Input, Reply } from './participant.js'
import { shardOf } from './partitioner.js'
import { receiptOf } from './receipt-of.js'
import type { KnownDecision, ShardMemory } from './shard-memory.js'
import type { CommandMessage, DeadlineMessage, EventMessage, QueuedMessage, ReplyToSaga, ShardMessage, UnreadableMessage } from './shard-message.js'
import type { ShardModel } from './shard-model.js'

/** What deciding needs beside the memory of the shard. */
export interface DeciderOptions {
  readonly shard: number
  readonly shards: number
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly codec: Codec
  readonly clock: Clock
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
  /** How many messages to this shard's own keys are on their way through the inbox: later ones must not overtake them. */
  private readonly hopping = new Map<string, number>()
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
  decide(root: QueuedMessage, batch: DecisionBatch, byteLimit: number): void {
    batch.roots.push(root)
    if (root.inboxNext !== undefined) {
      batch.inboxNext = root.inboxNext
      this.arrived(root.message)
    }
    const chain: ShardMessage[] = [root.message]
    for (let next = 0; next < chain.length; next++) {
      const followers = this.decideOne(chain[next] as ShardMessage, batch)
      for (const follower of followers) {
        if (this.staysHere(follower, chain.length, batch, byteLimit)) chain.push(follower)
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
    const known = memory.findDecision(participant.name, command.key, command.id)
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

  /** Runs the participant and prepares everything that could fail: encoding, and applying the events to a copy. */
  private effects(stream: LiveStream, input: Input, message: ShardMessage, now: number): Effects {
    const refused = this.unwritable.get(message.id)
    if (refused) throw refused
    if (stream.unreadable !== undefined)
      throw eventstoreErrors.create('STREAM_UNREADABLE', { stream: `${stream.participant.name}/${stream.id}`, problem: stream.unreadable })
    const { participant, id, version, state } = stream
    const decision = participant.decide(state, input, { id, messageId: message.id, correlationId: message.correlationId, version, now })
    if (decision.events.length === 0) return { events: [], commands: this.outgoing(decision, stream, message), state }
    const next = copyState(state)
    const events = decision.events.map(({ definition, message: event }, index) => {
      const bytes = this.options.codec.encode(this.options.topics.events, definition, event)
      // What is applied is what will be read back, so that a state is the same whether it was lived or restored.
      const stored = { definition, message: freezeState(this.options.codec.decode(definition, bytes)), bytes }
      participant.evolve(next, stored, { id, version: version + index + 1, timestamp: now })
      return stored
    })
    return { events, commands: this.outgoing(decision, stream, message), state: freezeState(next) }
  }

  private outgoing(decision: Decision, stream: LiveStream, cause: ShardMessage): CommandMessage[] {
    const { codec, topics } = this.options
    return decision.commands.map(({ id, definition, message }) => {
      const bytes = codec.encode(topics.commands, definition, message)
      return {
        kind: 'command',
        key: keyOf(definition, message),
        id,
        definition,
        message: codec.decode(definition, bytes),
        bytes,
        correlationId: cause.correlationId,
        replyTo: { saga: stream.participant.name, id: stream.id },
      }
    })
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
    try {
      const effects = this.effects(stream, inputOf(message), message, now)
      this.addEvents(stream, effects, message, { fingerprint: '', commandType: message.kind === 'event' ? message.definition.name : message.kind, now }, batch)
      return effects.commands
    } catch (error) {
      this.addOutcome(failedMessage(saga.name, message, stream.version, now, error), message.correlationId, batch)
      return []
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
        const to = { saga: saga.name, id, correlationId: cause.correlationId }
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
    if (decided.fingerprint !== fingerprint) {
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

  private staysHere(message: ShardMessage, chained: number, batch: DecisionBatch, byteLimit: number): boolean {
    if (shardOf(message.key, this.options.shards) !== this.options.shard) return false
    if (this.hasBacklog() || chained >= chainLimit || batch.bytes >= byteLimit) return false
    return !this.hopping.has(target(message))
  }

  private sendToInbox(message: ShardMessage, batch: DecisionBatch): void {
    const { shards, shard, topics, codec, clock } = this.options
    if (message.kind === 'unreadable' || message.kind === 'deadline') return void this.decideOne(message, batch)
    const partition = shardOf(message.key, shards)
    if (partition === shard) this.hopping.set(target(message), (this.hopping.get(target(message)) ?? 0) + 1)
    const { id, correlationId } = message
    const about = message.kind === 'command' ? { replyTo: message.replyTo } : { saga: message.saga }
    const type = message.kind === 'reply' ? replyDefinition.name : message.definition.name
    const bytes = message.kind === 'reply' ? codec.encode(topics.commands, replyDefinition, message.reply) : message.bytes
    batch.addMessage(inboxRecord(topics.commands, partition, message.key, { kind: message.kind, type, id, correlationId, ...about }, bytes, clock.now()))
  }

  private arrived(message: ShardMessage): void {
    const waiting = this.hopping.get(target(message))
    if (waiting === undefined) return
    if (waiting === 1) this.hopping.delete(target(message))
    else this.hopping.set(target(message), waiting - 1)
  }
}

/** Whom a message is for: messages to the same never overtake each other. */
function target(message: ShardMessage): string {
  return message.kind === 'command' || message.kind === 'unreadable' ? message.key : `${message.saga}/${message.key}`
}

function ends({ eventsEnd, outcomesEnd }: Committed) {
  return { eventsEnd, outcomesEnd }
}

function fingerprintOf({ definition, bytes }: CommandMessage): string {
  // Without the schema id: the same content registered anew is still the same command.
  return hash('sha1', Buffer.concat([Buffer.from(definition.name), bytes.subarray(5)]), 'base64').slice(0, 16)
}

function reasonOf(error: unknown): { code: string; details: string } {
  if (isRejection(error))
    return { code: error.code, details: JSON.stringify(error.details, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)) }
  const code = error instanceof OttlaError ? error.code : 'HANDLER_FAILED'
  return { code, details: error instanceof Error ? error.message : String(error) }
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
  return [{ kind: 'reply', saga: command.replyTo.saga, key: command.replyTo.id, id: command.id, reply, correlationId: command.correlationId }]
}
