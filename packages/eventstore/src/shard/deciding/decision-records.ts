import type { LogRecord } from '../../log/log.js'
import { deadLetterRecord } from '../../records/dead-letter-record.js'
import { eventRecord } from '../../records/event-record.js'
import { outcomeDefinition, outcomeRecord } from '../../records/outcome-record.js'
import type { DecisionBatch } from '../memory/decision-batch.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { PendingDecision } from '../memory/pending-decision.js'
import type { ShardMessage } from '../messages/shard-message.js'
import type { DeciderOptions } from './decider-options.js'
import type { Effects } from './effects.js'

/** What events are told about the message that led to them. */
export interface EventCause {
  readonly commandType: string
  readonly fingerprint: string
  readonly now: number
}

/** Puts what has been decided into the batch as records of the shard's events and outcomes. */
export class DecisionRecords {
  constructor(private readonly options: Pick<DeciderOptions, 'shard' | 'topics' | 'codec' | 'clock' | 'limits'>) {}

  /** The events join the batch, and the stream is what they make of it. */
  addEvents(stream: LiveStream, effects: Effects, message: ShardMessage, { commandType, fingerprint, now }: EventCause, batch: DecisionBatch): void {
    const { shard, topics } = this.options
    for (const [index, { definition, bytes }] of effects.events.entries()) {
      stream.version++
      const envelope = {
        type: definition.name,
        stream: { participant: stream.participant.name, id: stream.id },
        version: stream.version,
        commandId: message.id,
        commandType,
        index,
        fingerprint,
        correlationId: message.correlationId,
      }
      batch.addEvent(eventRecord(topics.events, shard, { envelope, bytes }, now), stream)
    }
    if (effects.events.length === 0) return
    stream.state = effects.state
    batch.touch(stream)
  }

  /** The record of the inbox is kept as it is among the dead letters: in the transaction that passes over it, so once. */
  setAside(record: LogRecord, error: Error, batch: DecisionBatch): void {
    const { topics, clock, limits } = this.options
    batch.addMessage(deadLetterRecord(topics.deadLetters, { reader: 'inbox', record, error }, clock.now(), limits.recordBytes))
  }

  /** The outcome of a message that left no event. */
  addOutcome(decided: PendingDecision['command'], correlationId: string, batch: DecisionBatch): void {
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
}
