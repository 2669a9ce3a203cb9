import { isOttlaError } from '@ottla/core'
import type { LogRecord, NewRecord, RecordBatch } from '../../log/log.js'
import type { ShardModel } from '../../model/shard-model.js'
import { header } from '../../records/headers.js'
import type { ShardMessage } from '../messages/shard-message.js'

/** How long a message that this node does not know is left to others before it is recorded as failed: longer than a rolling deployment takes. In milliseconds. */
const longest = 10 * 60 * 1000

/** How long it rests in the inbox before the owner looks at it again, in milliseconds; what lies behind it waits as long. */
const rest = 1_000

/** Whether this node lacks the class, aggregate or saga for a message that a newer node may have sent. */
export function isUnknown(message: ShardMessage, model: ShardModel): boolean {
  if (message.kind === 'unreadable') return isOttlaError(message.error, 'TYPE_UNKNOWN')
  if (message.kind === 'command') return model.decider(message.definition.name) === undefined
  return model.participant(message.saga) === undefined
}

/**
 * The record that puts a message at the end of its inbox again, for a node that knows it to decide when it owns the shard; undefined when that
 * has gone on for too long, or when nobody could decode it. Only messages of Ottla have headers, and only they are handed on.
 */
export function handedOn({ topic, partition, key, value, headers }: LogRecord, now: number): NewRecord | undefined {
  const since = Number(headers[header.since] ?? now)
  if (key === null || value === null || !Number.isSafeInteger(since) || now - since > longest) return undefined
  return { topic, partition, key, value, headers: { ...headers, [header.since]: String(since) }, timestamp: now }
}

/** How many milliseconds a batch is to wait: what was handed on rests, so that it does not go round in circles. */
export function restOf({ records }: RecordBatch, now: number): number {
  const rests = records.filter(({ headers }) => headers[header.since] !== undefined).map(({ timestamp }) => timestamp + rest - now)
  return Math.min(rest, Math.max(0, ...rests))
}
