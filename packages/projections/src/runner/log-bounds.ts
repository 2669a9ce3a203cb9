import type { Log, TopicOffset } from '@ottla/eventstore'

/** Where the partitions of these topics begin: the first offsets that are still there. Rejects with TOPIC_UNKNOWN. */
export const logBegin = (log: Log, topics: readonly string[]): Promise<TopicOffset[]> => perPartition(topics, topic => log.admin.beginOffsets(topic))

/** Where the partitions of these topics end now: the offsets that the next records get. Rejects with TOPIC_UNKNOWN. */
export const logEnd = (log: Log, topics: readonly string[]): Promise<TopicOffset[]> => perPartition(topics, topic => log.admin.endOffsets(topic))

async function perPartition(topics: readonly string[], ask: (topic: string) => Promise<readonly number[]>): Promise<TopicOffset[]> {
  const answers = await Promise.all(topics.map(async topic => (await ask(topic)).map((offset, partition) => ({ topic, partition, offset }))))
  return answers.flat()
}
