import type { TopicPartition } from './log.js'

/** The partition as a key of maps. Topic names may hold dashes; the number after the last one is the partition. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
