import type { RecordBatch, TopicPartition } from './log.js'

/**
 * What a log that lives in one process offers to its readers and members: committed records, at once. The readers and
 * groups above it (`SourceReader`, `Groups`) are the same for every such log.
 */
export interface RecordSource {
  /** How many partitions the topic has; 0 when there is no such topic. */
  partitions(topic: string): number
  /** The offset behind the last committed record. Throws TOPIC_UNKNOWN. */
  end(partition: TopicPartition): number
  /** The first offset that is still there. Throws TOPIC_UNKNOWN. */
  begin(partition: TopicPartition): number
  /**
   * The committed records from `from` on, at most `limit` of them and about `fetchBytes`; begins at the log's begin when `from` has
   * been deleted. With something committed behind `from` the answer's `next` is greater than `from`. Throws TOPIC_UNKNOWN, LOG_DAMAGED.
   */
  read(partition: TopicPartition, from: number, limit: number): RecordBatch
  /** Calls `changed` after every commit and every change of topics; returns what ends that. */
  watch(changed: () => void): () => void
}

/** How many records a batch has at most. */
export const fetchRecords = 500

/** How many bytes a batch has, unless a single commit or record is larger. */
export const fetchBytes = 512 * 1024
