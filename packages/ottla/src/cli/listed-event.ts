import { type Codec, type EventEnvelope, eventEnvelope, isUnreadable, type LogRecord, type StoredEvent, storedEvent } from '@ottla/eventstore'

/** An event as `ottla events` lists it: with its fields as plain data, or with the reason why they cannot be read. */
export interface ListedEvent extends Omit<StoredEvent, 'message'> {
  readonly message?: Readonly<Record<string, unknown>>
  /** The message of an error that `isUnreadable`. */
  readonly problem?: string
}

/** Which events are listed; what is not given does not matter. */
export interface EventFilter {
  /** The Avro name of the event, or what stands behind its last point. */
  readonly type?: string
  readonly stream?: StoredEvent['stream']
  readonly correlation?: string
}

/** Whether a record is an event that the filter lets through. Looks at its headers only. */
export function isListed(record: LogRecord, wanted: EventFilter): boolean {
  const envelope = eventEnvelope(record)
  if (!envelope) return false
  const { type, stream, correlationId } = envelope
  if (wanted.type !== undefined && type !== wanted.type && !type.endsWith(`.${wanted.type}`)) return false
  if (wanted.stream && (stream.participant !== wanted.stream.participant || stream.id !== wanted.stream.id)) return false
  return wanted.correlation === undefined || correlationId === wanted.correlation
}

/** The event of a record that `isListed` lets through. */
export async function listedEvent(record: LogRecord, codec: Codec): Promise<ListedEvent> {
  const { message: _, ...event } = storedEvent(eventEnvelope(record) as EventEnvelope, record, {})
  try {
    const bytes = record.value ?? Buffer.alloc(0)
    if (!codec.knows(bytes)) await codec.learn(bytes)
    return { ...event, message: codec.decodePlain(bytes).fields }
  } catch (error) {
    if (isUnreadable(error)) return { ...event, problem: error.message }
    throw error
  }
}
