import { isOttlaError, type MessageDefinition, messageDefinition, namesOf, type OttlaError, Upcasters } from '@ottla/core'
import { type Codec, type EventEnvelope, eventEnvelope, eventId, eventstoreErrors, header, type LogRecord, learnSchema } from '@ottla/eventstore'
import { olderEvents } from '../projection/older-events.js'
import type { ProjectionContext, ProjectionDefinition, ProjectionHandler } from '../projection/projection-definition.js'

/** An event of a type that the projection handles. Several come of one record where an upcaster splits what was stored. */
export interface DecodedEvent {
  readonly record: LogRecord
  /** The type that it was written under. */
  readonly type: string
  /** The event, who handles it and what that is told beside it, or why there is none. */
  readonly content: HandledEvent | OttlaError
}

export interface HandledEvent {
  readonly handler: ProjectionHandler
  readonly event: object
  readonly context: ProjectionContext
}

/** Picks the records that a projection handles and decodes them. */
export class EventDecoder {
  readonly #handlers: ReadonlyMap<string, ProjectionHandler>
  /** What records of a type are decoded as: handled events, and older ones that upcasters read as such. */
  readonly #definitions: ReadonlyMap<string, MessageDefinition>
  readonly #upcasters: Upcasters

  constructor(
    definition: ProjectionDefinition,
    private readonly codec: Codec,
  ) {
    const handled = definition.handlers.map(({ event }) => messageDefinition(event))
    this.#handlers = new Map(definition.handlers.map(handler => [messageDefinition(handler.event).name, handler]))
    this.#definitions = new Map([...olderEvents(definition), ...handled].flatMap(message => namesOf(message).map(name => [name, message] as const)))
    this.#upcasters = definition.upcasters ?? new Upcasters()
  }

  /** The events among these records, in their order; records of other types are passed over. Rejects with the errors of a registry that is away or refuses to answer, which say nothing about the records. */
  async decode(records: readonly LogRecord[]): Promise<DecodedEvent[]> {
    const decoded: DecodedEvent[] = []
    for (const record of records) {
      const type = record.headers[header.type]
      const definition = type === undefined ? undefined : this.#definitions.get(type)
      if (!type || !definition) continue
      const learning = record.value && learnSchema(this.codec, record.value)
      if (learning) await learning
      for (const content of this.#contents(record, type, definition)) decoded.push({ record, type, content })
    }
    return decoded
  }

  #contents(record: LogRecord, type: string, definition: MessageDefinition): readonly DecodedEvent['content'][] {
    const envelope = eventEnvelope(record)
    if (!envelope) return [unreadable(type, 'its headers do not name stream, version and command')]
    if (!record.value) return [unreadable(type, 'there are none')]
    try {
      const context = contextOf(record, envelope)
      return this.#upcasters.upcast(definition, this.codec.decode(definition, record.value)).flatMap(({ definition: { name }, message: event }) => {
        const handler = this.#handlers.get(name)
        return handler ? [{ handler, event, context }] : []
      })
    } catch (error) {
      return [isOttlaError(error) ? error : unreadable(type, (error as Error).message)]
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
