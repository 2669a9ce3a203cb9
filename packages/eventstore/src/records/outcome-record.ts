import { event, type MessageDefinition, messageDefinition, t } from '@ottla/core'
import type { NewRecord, RecordHeaders } from '../log/log.js'
import { header } from './headers.js'

/** The payload of an outcome: why a command was refused or failed. */
export const OutcomeReason = event('ottla.Outcome', {
  code: t.optional(t.string),
  /** A rejection's details as JSON, or an error's message. */
  details: t.optional(t.string),
})

export const outcomeDefinition: MessageDefinition = messageDefinition(OutcomeReason)

/** What the headers of an outcome say: how a command ended that left no event of its own aggregate. */
export interface OutcomeEnvelope {
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  readonly stream: { readonly participant: string; readonly id: string }
  /** The version of the stream that the decision found and left. */
  readonly version: number
  readonly commandId: string
  readonly commandType: string
  readonly fingerprint: string
  readonly correlationId: string
}

/** The record of an outcome. Its headers may still get the inbox position when its transaction is closed. */
export function outcomeRecord(
  topic: string,
  partition: number,
  envelope: OutcomeEnvelope,
  bytes: Uint8Array,
  timestamp: number,
): NewRecord & { headers: Record<string, string> } {
  const headers: Record<string, string> = {
    [header.outcome]: envelope.outcome,
    [header.stream]: envelope.stream.participant,
    [header.version]: String(envelope.version),
    [header.command]: envelope.commandId,
    [header.commandType]: envelope.commandType,
    [header.fingerprint]: envelope.fingerprint,
  }
  if (envelope.correlationId !== envelope.commandId) headers[header.correlation] = envelope.correlationId
  return { topic, partition, key: envelope.stream.id, value: bytes, headers, timestamp }
}

/** The envelope of a record of the outcomes topic, or undefined when a foreign writer made it. */
export function outcomeEnvelope(record: { readonly key: string | null; readonly headers: RecordHeaders }): OutcomeEnvelope | undefined {
  const { key, headers } = record
  const outcome = headers[header.outcome]
  const participant = headers[header.stream]
  const commandId = headers[header.command]
  if (key === null || !participant || !commandId) return undefined
  if (outcome !== 'accepted' && outcome !== 'rejected' && outcome !== 'failed') return undefined
  return {
    outcome,
    stream: { participant, id: key },
    version: Number(headers[header.version] ?? 0),
    commandId,
    commandType: headers[header.commandType] ?? '',
    fingerprint: headers[header.fingerprint] ?? '',
    correlationId: headers[header.correlation] ?? commandId,
  }
}
