import type { Clock } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import { inboxRecord, replyDefinition } from '../../records/inbox-record.js'
import { shardOf } from '../../records/partitioner.js'
import type { AppTopics } from '../../records/topics.js'
import type { DecisionBatch } from '../memory/decision-batch.js'
import type { Hop } from '../messages/queued-message.js'
import type { CommandMessage, EventMessage, ReplyToSaga, ShardMessage } from '../messages/shard-message.js'
import { hopOf } from './inbox-reader.js'

export interface RoutesOptions {
  readonly shard: number
  readonly shards: number
  readonly topics: AppTopics
  readonly codec: Codec
  readonly clock: Clock
  readonly limits: { readonly batchBytes: number }
}

/** How many messages one message may set off in its own shard and transaction; the rest takes the way through the inbox. */
const chainLimit = 1_000

/**
 * Where messages go that a decision sets off: on in the same transaction, or to the inbox of the shard of their key. Messages to
 * one key never overtake each other: while one is on its way through the own inbox, later ones go there too.
 */
export class InboxRoutes {
  private readonly hopping = new Map<string, Set<string>>()

  constructor(
    private readonly options: RoutesOptions,
    /** Whether messages found in the inbox at take-over are not all decided: then the shard's own must queue up behind them. */
    private readonly hasBacklog: () => boolean,
  ) {}

  /** Whether the message can be decided in this transaction, as the `chained`th that its root sets off. */
  staysHere(message: ShardMessage, chained: number, batch: DecisionBatch): boolean {
    const { shard, shards, limits } = this.options
    if (message.kind === 'unreadable' || message.kind === 'deadline') return true
    if (shardOf(message.key, shards) !== shard) return false
    if (this.hasBacklog() || chained >= chainLimit || batch.bytes >= limits.batchBytes) return false
    return !this.hopping.has(hopOfMessage(message).target)
  }

  /** Makes it a record of the inbox of its shard, in this transaction. */
  toInbox(message: ShardMessage, batch: DecisionBatch): void {
    if (message.kind === 'unreadable' || message.kind === 'deadline') return
    const { shards, shard, topics, codec, clock } = this.options
    const partition = shardOf(message.key, shards)
    if (partition === shard) this.leaves(hopOfMessage(message))
    const { id, correlationId } = message
    const about = message.kind === 'command' ? { replyTo: message.replyTo } : { saga: message.saga }
    const type = message.kind === 'reply' ? replyDefinition.name : message.definition.name
    const bytes = message.kind === 'reply' ? codec.encode(topics.commands, replyDefinition, message.reply) : message.bytes
    batch.addMessage(inboxRecord(topics.commands, partition, message.key, { kind: message.kind, type, id, correlationId, ...about }, bytes, clock.now()))
  }

  /** A message has come out of the inbox. */
  arrived({ target, name }: Hop): void {
    const names = this.hopping.get(target)
    if (names?.delete(name) && names.size === 0) this.hopping.delete(target)
  }

  private leaves({ target, name }: Hop): void {
    const names = this.hopping.get(target)
    if (names) names.add(name)
    else this.hopping.set(target, new Set([name]))
  }
}

function hopOfMessage(message: CommandMessage | EventMessage | ReplyToSaga): Hop {
  return hopOf(message.kind, message.key, message.id, message.kind === 'command' ? undefined : message.saga)
}
