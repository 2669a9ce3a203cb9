import type { Clock } from '@ottla/core'
import type { Input, Participant } from '../../model/participant.js'
import type { DecisionBatch } from '../memory/decision-batch.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { ShardMemory } from '../memory/shard-memory.js'
import type { CommandMessage, DeadlineMessage, EventMessage, ReplyToSaga } from '../messages/shard-message.js'
import type { DecisionRecords } from './decision-records.js'
import type { Effects, EffectsMaker } from './effects.js'
import { failedMessage } from './failed-message.js'
import { reasonOf } from './reason-of.js'

/** What reaches a saga. */
export type SagaMessage = EventMessage | ReplyToSaga | DeadlineMessage

/** Has sagas take events, replies and deadlines. */
export class SagaDecider {
  constructor(
    private readonly clock: Clock,
    private readonly memory: ShardMemory,
    private readonly effects: EffectsMaker,
    private readonly records: DecisionRecords,
  ) {}

  /** Gives the commands that the saga sends. */
  decide(message: SagaMessage, saga: Participant, batch: DecisionBatch): readonly CommandMessage[] {
    const now = this.clock.now()
    const stream = this.memory.load(saga, message.key)
    const cause = { fingerprint: '', commandType: message.kind === 'event' ? message.definition.name : message.kind, now }
    try {
      const effects = this.effectsOn(stream, message, now)
      this.records.addEvents(stream, effects, message, cause, batch)
      return effects.commands
    } catch (error) {
      this.records.addOutcome(failedMessage(saga.name, message, stream.version, now, error), message.correlationId, batch)
      return []
    }
  }

  /** What the saga makes of the message; where it cannot take it, it is parked with the reason, so that nobody waits unseen. */
  private effectsOn(stream: LiveStream, message: SagaMessage, now: number): Effects {
    try {
      return this.effects.make(stream, inputOf(message), message, now)
    } catch (error) {
      return this.effects.make(stream, { kind: 'park', ...reasonOf(error) }, message, now)
    }
  }
}

function inputOf(message: SagaMessage): Input {
  if (message.kind === 'event') return { kind: 'event', definition: message.definition, message: message.message, bytes: message.bytes }
  return message.kind === 'reply' ? { kind: 'reply', reply: message.reply } : { kind: 'deadline' }
}
