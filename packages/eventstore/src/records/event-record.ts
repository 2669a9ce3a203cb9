import type { NewRecord, RecordHeaders } from '../log/log.js'
import { header } from './headers.js'

/** What the headers of an event say; the payload is beside it, in Avro. */
export interface EventEnvelope {
  readonly type: string
  readonly stream: { readonly participant: string; readonly id: string }
  /** The version of the stream that the event makes: 1 for the first. */
  readonly version: number
  readonly commandId: string
  readonly commandType: string
  /** Which event of its command it is, from 0. */
  readonly index: number
  /** Empty on the events of sagas: their messages are not sent again by others. */
  readonly fingerprint: string
  readonly correlationId: string
}

export interface EventRecord {
  readonly envelope: EventEnvelope
  readonly bytes: Uint8Array
}

/** The record of an event. Its headers may still get the inbox position when its transaction is closed. */
export function eventRecord(
  topic: string,
  partition: number,
  { envelope, bytes }: EventRecord,
  timestamp: number,
): NewRecord & { headers: Record<string, string> } {
  const headers: Record<string, string> = {
    [header.type]: envelope.type,
    [header.stream]: envelope.stream.participant,
    [header.version]: String(envelope.version),
    [header.command]: envelope.commandId,
    [header.commandType]: envelope.commandType,
  }
  if (envelope.index > 0) headers[header.index] = String(envelope.index)
  if (envelope.fingerprint) headers[header.fingerprint] = envelope.fingerprint
  if (envelope.correlationId !== envelope.commandId) headers[header.correlation] = envelope.correlationId
  return { topic, partition, key: envelope.stream.id, value: bytes, headers, timestamp }
}

/** The envelope of a record of an events topic, or undefined when a foreign writer made it. */
export function eventEnvelope(record: { readonly key: string | null; readonly headers: RecordHeaders }): EventEnvelope | undefined {
  const { key, headers } = record
  const participant = headers[header.stream]
  const type = headers[header.type]
  const version = Number(headers[header.version])
  const commandId = headers[header.command]
  if (key === null || !participant || !type || commandId === undefined || !Number.isSafeInteger(version)) return undefined
  return {
    type,
    stream: { participant, id: key },
    version,
    commandId,
    commandType: headers[header.commandType] ?? '',
    index: Number(headers[header.index] ?? 0),
    fingerprint: headers[header.fingerprint] ?? '',
    correlationId: headers[header.correlation] ?? commandId,
  }
}

/** An event's id: it derives from its command's, so that deciding the same command again makes the same ids. */
export function eventId(envelope: EventEnvelope): string {
  return `${envelope.commandId}/${envelope.index}`
}
