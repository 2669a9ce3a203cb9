import { isOttlaError, type MessageDefinition, messageDefinition, type OttlaError } from '@ottla/core'
import { type Codec, type EventEnvelope, eventEnvelope, eventId, eventstoreErrors, header, type LogRecord, learnSchema } from '@ottla/eventstore'
import type { ProjectionContext, ProjectionDefinition, ProjectionHandler } from '../projection/projection-definition.js'

/** A record of a type that the projection handles. */
export interface DecodedEvent {
  readonly record: LogRecord
  readonly type: string
  readonly handler: ProjectionHandler
  /** The event and what its handler is told beside it, or why there is none. */
  readonly content: { readonly event: object; readonly context: ProjectionContext } | OttlaError
}

/** Picks the records that a projection handles and decodes them. */
export class EventDecoder {
  readonly #handlers: ReadonlyMap<string, { readonly definition: MessageDefinition; readonly handler: ProjectionHandler }>

  constructor(
    definition: ProjectionDefinition,
    private readonly codec: Codec,
  ) {
    this.#handlers = new Map(
      definition.handlers.map(handler => {
        const message = messageDefinition(handler.event)
        return [message.name, { definition: message, handler }]
      }),
    )
  }

  /** The events among these records, in their order; records of other types are passed over. Rejects with the errors of a registry that is away or refuses to answer, which say nothing about the records. */
  async decode(records: readonly LogRecord[]): Promise<DecodedEvent[]> {
    const decoded: DecodedEvent[] = []
    for (const record of records) {
      const type = record.headers[header.type]
      const handled = type === undefined ? undefined : this.#handlers.get(type)
      if (!type || !handled) continue
      const learning = record.value && learnSchema(this.codec, record.value)
      if (learning) await learning
      decoded.push({ record, type, handler: handled.handler, content: this.#content(record, type, handled.definition) })
    }
    return decoded
  }

  #content(record: LogRecord, type: string, definition: MessageDefinition): DecodedEvent['content'] {
    const envelope = eventEnvelope(record)
    if (!envelope) return unreadable(type, 'its headers do not name stream, version and command')
    if (!record.value) return unreadable(type, 'there are none')
    try {
      return { event: this.codec.decode(definition, record.value), context: contextOf(record, envelope) }
    } catch (error) {
      return isOttlaError(error) ? error : unreadable(type, (error as Error).message)
    }
  }
}

/** The id of the event that a record holds; of a foreign record its key and time, to tell it from another one. */
export function recordId(record: LogRecord): string {
  const envelope = eventEnvelope(record)
  return envelope ? eventId(envelope) : `${record.key}@${record.timestamp}`
}

const unreadable = (message: string, problem: string): OttlaError => eventstoreErrors.create('RECORD_UNREADABLE', { message, problem })

function contextOf({ topic, partition, offset, timestamp }: LogRecord, envelope: EventEnvelope): ProjectionContext {
  const { stream, version, commandId, correlationId } = envelope
  return { stream, version, commandId, eventId: eventId(envelope), correlationId, timestamp, topic, partition, offset }
}
