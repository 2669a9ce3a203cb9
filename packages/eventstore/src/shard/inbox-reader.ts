import type { Codec } from '../codec/codec.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogRecord, RecordBatch } from '../log/log.js'
import { type InboxEnvelope, inboxEnvelope, replyDefinition } from '../records/inbox-record.js'
import type { Reply } from './participant.js'
import type { QueuedMessage, ShardMessage } from './shard-message.js'
import type { ShardModel } from './shard-model.js'

/**
 * The messages of a batch of the inbox, in order. A record that cannot be read becomes a message too, so that it is
 * recorded as failed, answered and passed over: its partition goes on.
 */
export async function readInbox(batch: RecordBatch, options: { readonly codec: Codec; readonly model: ShardModel }): Promise<QueuedMessage[]> {
  const messages: QueuedMessage[] = []
  for (const record of batch.records) {
    const { value } = record
    if (value && !options.codec.knows(value)) await options.codec.learn(value).catch(() => undefined) // shows again when it is decoded
    messages.push({ message: messageOf(record, options), inboxOffset: record.offset, inboxNext: record.offset + 1 })
  }
  // The last one commits what the reader has passed over behind it, such as markers.
  const last = messages.at(-1)
  if (last) messages[messages.length - 1] = { ...last, inboxNext: batch.next }
  return messages
}

function messageOf(record: LogRecord, { codec, model }: { readonly codec: Codec; readonly model: ShardModel }): ShardMessage {
  const place = `${record.topic}-${record.partition}@${record.offset}`
  const envelope = inboxEnvelope(record.headers)
  if (!envelope || record.key === null || !record.value) {
    const error = eventstoreErrors.create('RECORD_UNREADABLE', { message: place, problem: 'it has no headers of Ottla, no key or no value' })
    return { kind: 'unreadable', key: record.key ?? '', id: place, type: 'unknown', correlationId: place, error }
  }
  try {
    return decode(envelope, record.key, record.value, codec, model)
  } catch (error) {
    const { id, type, correlationId, replyTo } = envelope
    return { kind: 'unreadable', key: record.key, id, type, correlationId, replyTo, error: error as Error }
  }
}

function decode(envelope: InboxEnvelope, key: string, bytes: Buffer, codec: Codec, model: ShardModel): ShardMessage {
  const { kind, id, type, correlationId, saga = '' } = envelope
  if (kind === 'reply') return { kind, saga, key, id, reply: codec.decode(replyDefinition, bytes) as Reply, correlationId }
  const definition = model.message(type)
  if (!definition) throw eventstoreErrors.create('TYPE_UNKNOWN', { type })
  const message = codec.decode(definition, bytes)
  if (kind === 'event') return { kind, saga, key, id, definition, message, bytes, correlationId }
  return { kind, key, id, definition, message, bytes, correlationId, replyTo: envelope.replyTo }
}
