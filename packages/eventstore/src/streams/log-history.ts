import type { Codec } from '../codec/codec.js'
import type { Log } from '../log/log.js'
import type { ShardModel } from '../model/shard-model.js'
import { eventEnvelope } from '../records/event-record.js'
import { type OutcomeReason, outcomeDefinition, outcomeEnvelope } from '../records/outcome-record.js'
import { appTopics } from '../records/topics.js'
import { scanTopic } from './log-scan.js'
import type { StoredEvent } from './stored-event.js'
import type { StoredOutcome } from './stored-outcome.js'
import { storedEvent } from './stream-reader.js'

export interface HistoryOptions {
  readonly app: string
  readonly log: Log
  readonly codec: Codec
  /** Gives events their classes; without it, or for a type that it does not know, messages are plain objects. */
  readonly model?: ShardModel
}

/**
 * Every event of the app from the beginning, each shard in order; ends where the log ended at the call, or goes on with
 * `follow`. An event that cannot be decoded throws RECORD_UNREADABLE or SCHEMA_UNKNOWN.
 */
export async function* readEvents({ app, log, codec, model }: HistoryOptions, { follow }: { readonly follow?: boolean } = {}): AsyncGenerator<StoredEvent> {
  for await (const record of scanTopic({ log, codec, topic: appTopics(app).events, follow })) {
    const envelope = eventEnvelope(record)
    if (!envelope || !record.value) continue
    const definition = model?.message(envelope.type)
    yield storedEvent(envelope, record, definition ? codec.decode(definition, record.value) : codec.decodePlain(record.value).fields)
  }
}

/** Every decided command of the app that left no event of its own aggregate, each shard in order. */
export async function* readOutcomes({ app, log, codec }: HistoryOptions): AsyncGenerator<StoredOutcome> {
  for await (const record of scanTopic({ log, codec, topic: appTopics(app).outcomes })) {
    const envelope = outcomeEnvelope(record)
    if (!envelope || !record.value) continue
    const { commandId, commandType, stream, outcome } = envelope
    const { code, details } = codec.decode(outcomeDefinition, record.value) as InstanceType<typeof OutcomeReason>
    const { timestamp, topic, partition, offset } = record
    yield { commandId, commandType, stream, outcome, code, details, timestamp, topic, partition, offset }
  }
}
