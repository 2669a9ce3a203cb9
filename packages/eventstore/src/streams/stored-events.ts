import type { Codec } from '../codec/codec.js'
import type { LogRecord } from '../log/log.js'
import { readRecord } from '../model/read-event.js'
import type { ShardModel } from '../model/shard-model.js'
import { type EventEnvelope, eventId } from '../records/event-record.js'
import type { StoredEvent } from './stored-event.js'

/** The event of a record and what its headers say. */
export function storedEvent(envelope: EventEnvelope, record: LogRecord, message: object): StoredEvent {
  const { type, stream, version, commandId, correlationId } = envelope
  const { timestamp, topic, partition, offset } = record
  return { type, message, stream, version, eventId: eventId(envelope), commandId, correlationId, timestamp, topic, partition, offset }
}

/**
 * The event of a record as the app's code sees it: several, each with the version and place of the stored one, where an upcaster splits it; none where it drops it.
 * Throws as `readRecord`.
 */
export function storedEvents(
  envelope: EventEnvelope,
  record: LogRecord,
  reading: { readonly codec: Codec; readonly model: ShardModel },
): readonly StoredEvent[] {
  return readRecord(envelope.type, record, reading).map(({ definition, message }) => storedEvent({ ...envelope, type: definition.name }, record, message))
}
