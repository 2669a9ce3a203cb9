import type { NewRecord, TopicConfig, TopicPartition } from '../log/log.js'

/** A partition as the process that has the log open knows it. */
export interface PartitionState extends TopicPartition {
  /** Its number in the log's file. */
  readonly number: number
  /** The first offset that is still there. */
  begin: number
  /** The offset behind the last committed record. */
  end: number
  /** Records of the transaction that is being put together. */
  staged: NewRecord[]
}

export interface TopicState {
  readonly config: TopicConfig
  readonly partitions: readonly PartitionState[]
}

export function newPartition(topic: string, partition: number, firstNumber: number): PartitionState {
  return { topic, partition, number: firstNumber + partition, begin: 0, end: 0, staged: [] }
}
