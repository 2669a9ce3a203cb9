import { event, type MessageDefinition, messageDefinition, t } from '@ottla/core'
import type { NewRecord, RecordHeaders } from '../log/log.js'
import { type CallerAddress, callerAddress, callerHeaders } from './caller-address.js'
import { header } from './headers.js'

/** The payload of a reply: how a command that a saga sent has ended. */
export const ReplyMessage = event('ottla.Reply', {
  commandId: t.string,
  outcome: t.enum('ottla.ReplyOutcome', ['accepted', 'rejected', 'failed']),
  code: t.optional(t.string),
  details: t.optional(t.string),
})

export const replyDefinition: MessageDefinition = messageDefinition(ReplyMessage)

/** Where the answer to a saga's command goes. */
export interface ReplyAddress {
  readonly saga: string
  readonly id: string
}

/** What the headers of an inbox record say. The record's key is the id of the aggregate or saga that it is for. */
export interface InboxEnvelope {
  readonly kind: 'command' | 'reply' | 'event'
  /** Avro name of the payload. */
  readonly type: string
  /** The command's id, the event's id, or the id of the command that a reply answers. */
  readonly id: string
  readonly correlationId: string
  /** Of a command that a saga sent. */
  readonly replyTo?: ReplyAddress
  /** Of a command whose sender waits on another node. */
  readonly caller?: CallerAddress
  /** Of a reply or an event: the saga that it is for. */
  readonly saga?: string
}

/** The record that carries a message to the shard of its key. */
export function inboxRecord(topic: string, partition: number, key: string, envelope: InboxEnvelope, bytes: Uint8Array, timestamp: number): NewRecord {
  const headers: Record<string, string> = { [header.message]: envelope.kind, [header.type]: envelope.type, [header.command]: envelope.id }
  if (envelope.correlationId !== envelope.id) headers[header.correlation] = envelope.correlationId
  if (envelope.saga) headers[header.saga] = envelope.saga
  if (envelope.replyTo) {
    headers[header.replyTo] = envelope.replyTo.saga
    headers[header.replyKey] = envelope.replyTo.id
  }
  if (envelope.caller) Object.assign(headers, callerHeaders(envelope.caller))
  return { topic, partition, key, value: bytes, headers, timestamp }
}

/** The envelope of an inbox record, or undefined when a foreign writer made it. */
export function inboxEnvelope(headers: RecordHeaders): InboxEnvelope | undefined {
  const kind = headers[header.message]
  const type = headers[header.type]
  const id = headers[header.command]
  if ((kind !== 'command' && kind !== 'reply' && kind !== 'event') || !type || !id) return undefined
  const saga = headers[header.replyTo]
  return {
    kind,
    type,
    id,
    correlationId: headers[header.correlation] ?? id,
    saga: headers[header.saga],
    replyTo: saga ? { saga, id: headers[header.replyKey] ?? '' } : undefined,
    caller: kind === 'command' ? callerAddress(headers) : undefined,
  }
}
