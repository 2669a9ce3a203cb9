import { isOttlaError } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogAdmin } from '../log/log.js'
import { type AppTopics, replyPartitions, topicConfigs } from './topics.js'

/**
 * Creates the topics of an app that are missing. Rejects with TOPIC_DIFFERS, for which another number of shards is the cure, with REPLIES_DIFFER for the
 * topic whose partitions are no shards, and as `LogAdmin.ensureTopics` does.
 */
export async function ensureAppTopics(admin: LogAdmin, topics: AppTopics, shards: number, options: { readonly snapshots: boolean }): Promise<void> {
  try {
    await admin.ensureTopics(topicConfigs(topics, shards, options))
  } catch (error) {
    if (!isOttlaError(error, 'TOPIC_DIFFERS') || error.details.topic !== topics.replies) throw error
    const { topic, actual } = error.details
    throw eventstoreErrors.create('REPLIES_DIFFER', { topic, actual, wanted: replyPartitions }, { cause: error })
  }
}
