import type { Codec } from '../../codec/codec.js'
import { eventRecord } from '../../records/event-record.js'
import { outcomeDefinition, outcomeRecord } from '../../records/outcome-record.js'
import type { AppTopics } from '../../records/topics.js'
import type { DecisionBatch, PendingDecision } from '../memory/decision-batch.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { ShardMessage } from '../messages/shard-message.js'
import type { Effects } from './effects.js'

/** What events are told about the message that led to them. */
export interface EventCause {
  readonly commandType: string
  readonly fingerprint: string
  readonly now: number
}

/** Puts what has been decided into the batch as records of the shard's events and outcomes. */
export class DecisionRecords {
  constructor(private readonly options: { readonly shard: number; readonly topics: AppTopics; readonly codec: Codec }) {}

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
