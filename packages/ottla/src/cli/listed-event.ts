import { isOttlaError } from '@ottla/core'
import { type Codec, type EventEnvelope, eventEnvelope, type LogRecord, type StoredEvent, storedEvent } from '@ottla/eventstore'

/** An event as `ottla events` lists it: with its fields as plain data, or with the reason why they cannot be read. */
export interface ListedEvent extends Omit<StoredEvent, 'message'> {
  readonly message?: Readonly<Record<string, unknown>>
  /** RECORD_UNREADABLE or SCHEMA_UNKNOWN, with its message. */
  readonly problem?: string
}

/** Which events are listed; what is not given does not matter. */
export interface EventFilter {
  /** The Avro name of the event, or what stands behind its last point. */
  readonly type?: string
  readonly stream?: StoredEvent['stream']
  readonly correlation?: string
}

/** The event of a record, or undefined when the filter or its headers say that it is not wanted. Decodes only what is wanted. */
export async function listedEvent(record: LogRecord, filter: EventFilter, codec: Codec): Promise<ListedEvent | undefined> {
  const envelope = eventEnvelope(record)
  if (!envelope || !matches(envelope, filter)) return undefined
  const { message: _, ...event } = storedEvent(envelope, record, {})
  try {
    const bytes = record.value ?? Buffer.alloc(0)
    if (!codec.knows(bytes)) await codec.learn(bytes)
    return { ...event, message: codec.decodePlain(bytes).fields }
  } catch (error) {
    if (isOttlaError(error, 'RECORD_UNREADABLE', 'SCHEMA_UNKNOWN', 'SCHEMA_INVALID')) return { ...event, problem: error.message }
    throw error
  }
}

function matches({ type, stream, correlationId }: EventEnvelope, wanted: EventFilter): boolean {
  if (wanted.type !== undefined && type !== wanted.type && !type.endsWith(`.${wanted.type}`)) return false
  if (wanted.stream && (stream.participant !== wanted.stream.participant || stream.id !== wanted.stream.id)) return false
  return wanted.correlation === undefined || correlationId === wanted.correlation
}
