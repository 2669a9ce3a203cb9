import type { Codec } from '../codec/codec.js'
import { atPlace } from '../codec/unreadable.js'
import type { Log, LogRecord } from '../log/log.js'
import type { ShardModel } from '../model/shard-model.js'
import { eventEnvelope } from '../records/event-record.js'
import { type OutcomeReason, outcomeDefinition, outcomeEnvelope } from '../records/outcome-record.js'
import { appTopics } from '../records/topics.js'
import { scanTopic } from './log-scan.js'
import type { StoredEvent } from './stored-event.js'
import { storedEvent, storedEvents } from './stored-events.js'
import type { StoredOutcome } from './stored-outcome.js'

export interface HistoryOptions {
  readonly app: string
  readonly log: Log
  readonly codec: Codec
  /** Gives events their classes and upcasts them; without it, or for a type that it does not know, messages are plain objects as they were stored. */
  readonly model?: ShardModel
}

/**
 * Every event of the app from the beginning, each shard in order; ends where the log ended at the call, or goes on with
 * `follow`. With a model, events that upcasters take are given as what they are read as today: one that is split comes several times with the version and place of the
 * stored one, one that is dropped does not come. An event that cannot be read throws RECORD_UNREADABLE, SCHEMA_UNKNOWN or UPCAST_FAILED.
 */
export async function* readEvents({ app, log, codec, model }: HistoryOptions, { follow }: { readonly follow?: boolean } = {}): AsyncGenerator<StoredEvent> {
  for await (const record of scanTopic({ log, codec, topic: appTopics(app).events, follow })) {
    const envelope = eventEnvelope(record)
    if (!envelope || !record.value) continue
    if (model?.message(envelope.type)) yield* storedEvents(envelope, record, { codec, model })
    else yield storedEvent(envelope, record, plainFields(record, codec))
  }
}

function plainFields(record: LogRecord, codec: Codec): object {
  try {
    return codec.decodePlain(record.value as Buffer).fields
  } catch (error) {
    throw atPlace(error, record)
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
