import type { MessageDefinition } from '@ottla/core'
import type { ShardModel } from '../model/shard-model.js'
import { commandReplyDefinition } from '../records/command-reply.js'
import { replyDefinition } from '../records/inbox-record.js'
import { outcomeDefinition } from '../records/outcome-record.js'
import type { AppTopics } from '../records/topics.js'
import { snapshotDefinitions } from '../snapshots/snapshot-records.js'

/** The messages that an app writes to one of its topics. */
export interface TopicMessages {
  readonly topic: string
  readonly messages: readonly MessageDefinition[]
}

/**
 * Everything that an app writes, by topic: its events and commands, and Ottla's own records. Each has a schema, whose subject is `schemaSubject`. Those of the snapshots
 * only where the app takes any.
 */
export function appMessages(topics: AppTopics, model: Pick<ShardModel, 'events' | 'commands'>, snapshots: boolean): readonly TopicMessages[] {
  return [
    { topic: topics.events, messages: model.events },
    { topic: topics.commands, messages: [...model.commands, replyDefinition] },
    { topic: topics.outcomes, messages: [outcomeDefinition] },
    { topic: topics.replies, messages: [commandReplyDefinition] },
    ...(snapshots ? [{ topic: topics.snapshots, messages: snapshotDefinitions }] : []),
  ]
}
