import type { TopicConfig } from '../log/log.js'

/** The names of an app's topics. Shard p is partition p of each of them. */
export interface AppTopics {
  /** The inbox: commands, replies and events for sagas of other shards. */
  readonly commands: string
  /** All events of aggregates and sagas, kept for ever: the truth. */
  readonly events: string
  /** One record for every decided command that left no event, kept for the de-duplication window. */
  readonly outcomes: string
  /** Outcomes of commands that came through the inbox, for the nodes that sent them. Its partitions are no shards. */
  readonly replies: string
  /** Compacted: the last state of each stream, so that a shard can be restored without its whole history. Only where the app takes snapshots. */
  readonly snapshots: string
  /** Compacted: the records that were set aside because they could not be read, kept for ever. */
  readonly deadLetters: string
}

/** How long an app remembers the ids of decided commands: 7 days, in milliseconds. */
export const deduplicationWindow = 7 * 24 * 60 * 60 * 1000

/** Over how many partitions the nodes of an app are spread, each of which reads one. Chosen for all apps, since every node must know it. */
export const replyPartitions = 12

/** How long a reply stays, in milliseconds: nobody waits longer. */
export const replyRetention = 60 * 60 * 1000

export function appTopics(app: string): AppTopics {
  return {
    commands: `${app}.commands`,
    events: `${app}.events`,
    outcomes: `${app}.outcomes`,
    replies: `${app}.replies`,
    snapshots: `${app}.snapshots`,
    deadLetters: `${app}.dead-letters`,
  }
}

export function topicConfigs(topics: AppTopics, shards: number, { snapshots = false }: { readonly snapshots?: boolean } = {}): readonly TopicConfig[] {
  return [
    { name: topics.commands, partitions: shards },
    { name: topics.events, partitions: shards },
    { name: topics.outcomes, partitions: shards, retention: deduplicationWindow },
    { name: topics.replies, partitions: replyPartitions, retention: replyRetention },
    { name: topics.deadLetters, partitions: shards, compacted: true },
    ...(snapshots ? [{ name: topics.snapshots, partitions: shards, compacted: true }] : []),
  ]
}
