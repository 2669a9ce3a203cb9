import { eventstoreErrors } from '../../eventstore-errors.js'
import type { TopicConfig } from '../../log/log.js'

/** The names of Kafka's topic configuration that Ottla cares for. */
export const settingNames = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'unclean.leader.election.enable', 'compression.type'] as const

export type TopicSettings = Readonly<Record<(typeof settingNames)[number], string>>

const unlimited = '-1'

/** What the broker may do to batches so that Node.js can still read them. */
const readableCompressions: readonly string[] = ['producer', 'uncompressed', 'gzip', 'zstd']

/** What a new topic is created with. Everything that decides what is kept is named, so that no default of the cluster can lose records. */
export function newTopicSettings({ retention, compacted }: TopicConfig, minInsyncReplicas: number): { readonly name: string; readonly value: string }[] {
  const settings: Record<string, string> = {
    'cleanup.policy': compacted ? 'compact' : 'delete',
    'retention.ms': retention === undefined ? unlimited : String(retention),
    'retention.bytes': unlimited,
    'min.insync.replicas': String(minInsyncReplicas),
    'unclean.leader.election.enable': 'false',
    'compression.type': 'producer',
    'message.timestamp.type': 'CreateTime',
  }
  return Object.entries(settings).map(([name, value]) => ({ name, value }))
}

/** A topic as the port describes it. The retention of a topic that is compacted only is of no effect, and not told. */
export function describedTopic(name: string, partitions: number, settings: TopicSettings): TopicConfig {
  const policies = settings['cleanup.policy'].split(',').map(policy => policy.trim())
  const retention = settings['retention.ms']
  return {
    name,
    partitions,
    ...(policies.includes('delete') && retention !== unlimited && { retention: Number(retention) }),
    ...(policies.includes('compact') && { compacted: true }),
  }
}

/**
 * Throws TOPIC_DIFFERS or TOPIC_CONFIG_DIFFERS when the topic is not what the app wants. A retention that is longer than wanted is an operator's choice and
 * taken; a shorter one, a limit of bytes, or leaders that were not in sync, would lose what the app relies on, and a compression that Node.js does not have
 * would make it unreadable.
 */
export function requireFit(wanted: TopicConfig, actual: TopicConfig, settings: TopicSettings): void {
  const topic = wanted.name
  if (actual.partitions !== wanted.partitions) throw eventstoreErrors.create('TOPIC_DIFFERS', { topic, actual: actual.partitions, wanted: wanted.partitions })
  const refuse = (setting: (typeof settingNames)[number], value: string) => {
    throw eventstoreErrors.create('TOPIC_CONFIG_DIFFERS', { topic, setting, actual: settings[setting], wanted: value })
  }
  if ((actual.compacted ?? false) !== (wanted.compacted ?? false)) refuse('cleanup.policy', wanted.compacted ? 'compact' : 'delete')
  if ((actual.retention ?? Number.POSITIVE_INFINITY) < (wanted.retention ?? Number.POSITIVE_INFINITY))
    refuse('retention.ms', String(wanted.retention ?? unlimited))
  const deletes = settings['cleanup.policy'].includes('delete')
  if (deletes && settings['retention.bytes'] !== unlimited) refuse('retention.bytes', unlimited)
  if (settings['unclean.leader.election.enable'] === 'true') refuse('unclean.leader.election.enable', 'false')
  if (!readableCompressions.includes(settings['compression.type'])) refuse('compression.type', readableCompressions.join(' or '))
}
