import { freezeState } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import { learnSchema } from '../../codec/learn-schema.js'
import { atPlace } from '../../codec/unreadable.js'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogRecord, RecordBatch } from '../../log/log.js'
import type { Reply } from '../../model/participant.js'
import type { ShardModel } from '../../model/shard-model.js'
import { type InboxEnvelope, inboxEnvelope, type ReplyAddress, replyDefinition } from '../../records/inbox-record.js'
import type { Hop, QueuedMessage } from '../messages/queued-message.js'
import type { ShardMessage } from '../messages/shard-message.js'

/**
 * The messages of a batch of the inbox, in order. A record that cannot be read becomes a message too, so that it is
 * recorded as failed, set aside, answered and passed over: its partition goes on.
 */
export async function readInbox(batch: RecordBatch, options: { readonly codec: Codec; readonly model: ShardModel }): Promise<QueuedMessage[]> {
  const messages: QueuedMessage[] = []
  for (const record of batch.records) {
    const learning = record.value && learnSchema(options.codec, record.value)
    if (learning) await learning
    const envelope = inboxEnvelope(record.headers)
    const message = messageOf(record, envelope, options)
    const isLast = record === batch.records.at(-1)
    // The last one commits what the reader has passed over behind it, such as markers.
    const inbox = {
      offset: record.offset,
      next: isLast ? batch.next : record.offset + 1,
      hop: hopOf(envelope?.kind ?? 'command', message.key, message.id, envelope?.saga),
      record,
    }
    messages.push({ message, inbox })
  }
  return messages
}

/** What a message is known by on its way through the inbox. */
export function hopOf(kind: InboxEnvelope['kind'], key: string, id: string, saga: string | undefined): Hop {
  return { target: kind === 'command' ? key : `${saga}/${key}`, name: `${kind} ${id}` }
}

/** Longer than all that the bus or a saga makes. A foreign writer's may be as large as a record, which no record about it could hold. */
const longestIds = 10_000

function messageOf(
  record: LogRecord,
  envelope: InboxEnvelope | undefined,
  { codec, model }: { readonly codec: Codec; readonly model: ShardModel },
): ShardMessage {
  const place = `${record.topic}-${record.partition}@${record.offset}`
  if (!envelope || record.key === null || !record.value) {
    const error = eventstoreErrors.create('RECORD_UNREADABLE', { message: 'a record', problem: 'it has no headers of Ottla, no key or no value' })
    return { kind: 'unreadable', key: cut(record.key ?? ''), id: place, type: 'unknown', correlationId: place, error: atPlace(error, record) }
  }
  try {
    checkIds(record.key, envelope)
    return decode(envelope, record.key, record.value, codec, model)
  } catch (error) {
    const { id, type, correlationId, replyTo, caller } = envelope
    const names = { key: cut(record.key), id: cut(id), type: cut(type), correlationId: cut(correlationId) }
    return {
      kind: 'unreadable',
      ...names,
      replyTo: lengthOf(replyTo) <= longestIds ? replyTo : undefined,
      remote: caller,
      error: atPlace(error as Error, record),
    }
  }
}

function checkIds(key: string, { id, type, correlationId, replyTo, saga = '' }: InboxEnvelope): void {
  if (key.length + id.length + type.length + correlationId.length + saga.length + lengthOf(replyTo) <= longestIds) return
  throw eventstoreErrors.create('RECORD_UNREADABLE', { message: 'a record', problem: `its key and ids have more than ${longestIds} characters` })
}

function lengthOf(address: ReplyAddress | undefined): number {
  return address ? address.saga.length + address.id.length : 0
}

function cut(name: string): string {
  return name.slice(0, longestIds)
}

function decode(envelope: InboxEnvelope, key: string, bytes: Buffer, codec: Codec, model: ShardModel): ShardMessage {
  const { kind, id, type, correlationId, saga = '' } = envelope
  if (kind === 'reply') return { kind, saga, key, id, reply: codec.decode(replyDefinition, bytes) as Reply, correlationId }
  const definition = model.message(type)
  if (!definition) throw eventstoreErrors.create('TYPE_UNKNOWN', { type })
  const message = freezeState(codec.decode(definition, bytes))
  if (kind === 'event') return { kind, saga, key, id, definition, message, bytes, correlationId }
  return { kind, key, id, definition, message, bytes, correlationId, replyTo: envelope.replyTo, remote: envelope.caller }
}
