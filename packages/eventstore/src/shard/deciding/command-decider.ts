import { isRejection, namesOf } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Participant } from '../../model/participant.js'
import type { Answers } from '../callers/answers.js'
import type { DecisionBatch } from '../memory/decision-batch.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { KnownDecision, PendingDecision } from '../memory/pending-decision.js'
import type { ShardMemory } from '../memory/shard-memory.js'
import type { CommandMessage, ShardMessage } from '../messages/shard-message.js'
import type { DeciderOptions } from './decider-options.js'
import type { DecisionRecords } from './decision-records.js'
import type { Effects, EffectsMaker } from './effects.js'
import { fingerprintOf } from './fingerprint.js'
import { replyTo, toSagas } from './followers.js'
import { reasonOf } from './reason-of.js'

/** Decides commands by their aggregates, each id once: what was decided before is answered from memory. */
export class CommandDecider {
  constructor(
    private readonly options: Pick<DeciderOptions, 'clock' | 'model'>,
    private readonly memory: ShardMemory,
    private readonly effects: EffectsMaker,
    private readonly records: DecisionRecords,
    private readonly answers: Answers,
  ) {}

  /** Gives the messages that the command sets off: its events for the sagas that want to see them, and the reply to the saga that sent it. */
  decide(command: CommandMessage, aggregate: Participant, batch: DecisionBatch): readonly ShardMessage[] {
    const fingerprint = fingerprintOf(command)
    // An id that was drawn for this sending needs no search, unless an earlier offer of it may have been decided.
    const isNew = command.caller?.envelope.isNew && !command.caller.taken
    const known = isNew ? undefined : this.memory.findDecision(aggregate.name, command.key, command.id)
    return known
      ? this.decideAgain(command, known, fingerprint, batch)
      : this.decideFirst(command, this.memory.load(aggregate, command.key), fingerprint, batch)
  }

  private decideFirst(command: CommandMessage, stream: LiveStream, fingerprint: string, batch: DecisionBatch): readonly ShardMessage[] {
    const { clock, model } = this.options
    const { definition, message } = command
    const now = clock.now()
    const from = stream.version
    let effects: Effects | undefined
    let failure: unknown
    try {
      effects = this.effects.make(stream, { kind: 'command', definition, message }, command, now)
    } catch (error) {
      failure = error
    }
    const decision = decisionOf(command, stream, { fingerprint, from, at: now }, effects, failure)
    const first = batch.events.length
    if (effects && effects.events.length > 0) this.records.addEvents(stream, effects, command, { fingerprint, commandType: definition.name, now }, batch)
    else this.records.addOutcome(decision.command, command.correlationId, batch)
    batch.decisions.push(decision)
    this.memory.remember(decision)
    this.answers.decided(command, decision, first, batch)
    return [...(effects ? toSagas(model, stream.id, effects, command) : []), ...replyTo(command, decision.command)]
  }

  private decideAgain(command: CommandMessage, known: KnownDecision, fingerprint: string, batch: DecisionBatch): readonly ShardMessage[] {
    const decided = 'pending' in known ? known.pending.command : known.stored
    // A saga's ids are its own: after a deployment its command may be written otherwise and is still the same.
    // Decided under an earlier name, its content was written otherwise too.
    const isRenamed = decided.type !== command.definition.name && namesOf(command.definition).includes(decided.type)
    if (decided.fingerprint !== fingerprint && !isRenamed && !command.replyTo) {
      const error = eventstoreErrors.create('COMMAND_ID_REUSED', { id: command.id, key: command.key, command: command.definition.name })
      this.answers.idReused(command, command.id, error, batch)
      return replyTo(command, { ...decided, outcome: 'failed', code: error.code, details: error.message })
    }
    this.answers.again(command, known, batch)
    return replyTo(command, decided)
  }
}

/** @param effects what the aggregate made of it, or undefined where it threw the `failure` */
function decisionOf(
  { key, id, definition }: CommandMessage,
  { participant }: LiveStream,
  about: { readonly fingerprint: string; readonly from: number; readonly at: number },
  effects: Effects | undefined,
  failure: unknown,
): PendingDecision {
  const named = { participant: participant.name, key, id, type: definition.name, ...about }
  if (!effects) {
    const outcome = isRejection(failure) ? 'rejected' : 'failed'
    return { command: { ...named, outcome, to: about.from, ...reasonOf(failure) }, events: [], bytes: [] }
  }
  const { events } = effects
  return {
    command: { ...named, outcome: 'accepted', to: about.from + events.length },
    events: events.map(({ message }) => message),
    bytes: events.map(({ bytes }) => bytes),
  }
}
