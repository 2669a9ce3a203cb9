/**
 * The port to a partitioned, keyed, durable log. Kafka's words with Kafka's meaning: a topic has partitions, a partition
 * has records at growing offsets. Offsets may have gaps (Kafka's commit markers occupy some), so nobody may count with them.
 *
 * Every implementation passes the contract suite `logContract` of @ottla/testing.
 */
export interface Log {
  /** Identifies this log for ever; a store that was built from another log is noticed by it. */
  readonly clusterId: string
  readonly admin: LogAdmin
  /** Opens the transactional writer `id` and fences every earlier writer with that id: their open commits are settled when this resolves. */
  writer(id: string): Promise<LogWriter>
  /** Opens a producer without transactions: what it sends can be read at once, and may be there twice after an error. For what is told apart by its id. */
  producer(): Promise<LogProducer>
  /** Reads committed records of given partitions, without a group. */
  reader(options: ReaderOptions): LogReader
  /** Joins a group whose members share the partitions of the topics. Resolves when the first assignment is under way. */
  member(options: MemberOptions): Promise<LogMember>
  /** Ends all readers, members and writers and releases files and connections. */
  close(): Promise<void>
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface TopicOffset extends TopicPartition {
  /** The offset of the next record to read, or the first to commit. */
  readonly offset: number
}

export type RecordHeaders = Readonly<Record<string, string>>

/** A record to write. */
export interface NewRecord extends TopicPartition {
  readonly key: string
  /** null is a tombstone of a compacted topic. */
  readonly value: Uint8Array | null
  readonly headers: RecordHeaders
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** A committed record. */
export interface LogRecord extends TopicOffset {
  /** null where a foreign writer gave no key. */
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers: RecordHeaders
  readonly timestamp: number
}

/** Committed records of one partition in the order of their offsets. */
export interface RecordBatch extends TopicPartition {
  /** Where the reader stood before this batch: every committed record from here to `next` is in it. */
  readonly from: number
  /** May be empty where a reader only passes over aborted records and markers. */
  readonly records: readonly LogRecord[]
  /** Where the reader stands after this batch: the offset to begin at next time. */
  readonly next: number
}

export interface Commit {
  /** Written in this order within each partition. */
  readonly records: readonly NewRecord[]
  /** The group's new committed offset for partitions of its topics. */
  readonly consumed?: { readonly group: string; readonly offsets: readonly TopicOffset[] }
}

export interface LogWriter {
  readonly id: string
  /**
   * Writes all of it in one transaction or nothing, durably, and gives the offset of each record, in order. One commit at a
   * time: the next may begin when the last has settled.
   *
   * Rejects with WRITER_FENCED, RECORD_TOO_LARGE, TOPIC_UNKNOWN, LOG_FULL (nothing was written) or LOG_UNAVAILABLE,
   * COMMIT_OUTCOME_UNKNOWN (open a new writer with the same id: afterwards the log shows which). The writer is dead after any error.
   */
  commit(commit: Commit): Promise<readonly number[]>
  close(): Promise<void>
}

/** Writes records at least once, for receivers that know them by their id: commands on their way to the owner of another shard, replies to callers. */
export interface LogProducer {
  /**
   * Resolves when the records are durable. Many sends may be open at a time; those of one producer arrive in the order in which they were sent,
   * within each partition. Rejects with RECORD_TOO_LARGE, TOPIC_UNKNOWN, LOG_FULL (nothing was written) or LOG_UNAVAILABLE (some of it may have been
   * written). The producer goes on after an error.
   */
  send(records: readonly NewRecord[]): Promise<void>
  /** Resolves when everything sent has settled. */
  close(): Promise<void>
}

export interface ReaderOptions {
  /** The partitions to read and where to begin. */
  readonly from: readonly TopicOffset[]
}

/**
 * Committed records, batch by batch: each partition in order, no order between partitions. The iterator waits at the end
 * of the log for more, and ends when the reader is closed.
 */
export interface LogReader extends AsyncIterable<RecordBatch> {
  /** The offset up to which everything has been handed out. */
  position(partition: TopicPartition): number
  /** Reads on from `offset`; what was fetched but not handed out is dropped. */
  seek(to: TopicOffset): void
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  close(): Promise<void>
}

export interface MemberOptions {
  readonly group: string
  readonly topics: readonly string[]
  /** Awaited before the first record of these partitions; says for each where to begin. `committed` is the group's offset, if there is one. */
  assigned(partitions: readonly (TopicPartition & { readonly committed?: number })[], member: LogMember): Promise<readonly TopicOffset[]>
  /** Awaited on the embedded log; on Kafka known only after the fact, so nothing may depend on it for safety: fencing does that. */
  revoked(partitions: readonly TopicPartition[]): Promise<void>
  /** Awaited: the next batch of the same partition comes when this has resolved. */
  records(batch: RecordBatch, member: LogMember): Promise<void>
  /** Called when the member has died and will give no more records. */
  failed(error: Error): void
}

export interface LogMember {
  /** Whether this member holds the partition in the group's current, stable assignment. */
  holds(partition: TopicPartition): Promise<boolean>
  /** Gives records of this partition again from `offset` on. */
  seek(to: TopicOffset): void
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  /** Leaves the group: after `revoked` for everything held. */
  leave(): Promise<void>
}

/** How a topic keeps its records. */
export interface TopicConfig {
  readonly name: string
  readonly partitions: number
  /** How long records are kept, in milliseconds; undefined for ever. */
  readonly retention?: number
  /** Whether only the last record of each key is kept. */
  readonly compacted?: boolean
}

export interface GroupLag extends TopicPartition {
  /** undefined when the group has never committed here. */
  readonly committed?: number
  readonly end: number
  /** Records between the committed offset (or the begin) and the end. */
  readonly lag: number
}

export interface LogAdmin {
  /** Creates the topics that are missing. Rejects with TOPIC_DIFFERS when one exists with another partition count. */
  ensureTopics(topics: readonly TopicConfig[]): Promise<void>
  listTopics(): Promise<readonly TopicConfig[]>
  /** Rejects with TOPIC_UNKNOWN. */
  describeTopic(name: string): Promise<TopicConfig>
  alterTopic(name: string, change: { readonly retention?: number }): Promise<void>
  deleteTopic(name: string): Promise<void>
  /** The first offset that is still there, per partition. */
  beginOffsets(topic: string): Promise<readonly number[]>
  /** The offset that the next record gets (on Kafka the high watermark), per partition. */
  endOffsets(topic: string): Promise<readonly number[]>
  /** Deletes the records below these offsets; with an offset beyond the end, those that are there. */
  deleteRecords(before: readonly TopicOffset[]): Promise<void>
  listGroups(): Promise<readonly string[]>
  groupLag(group: string): Promise<readonly GroupLag[]>
  /** Sets the group's committed offsets. Rejects with GROUP_ACTIVE while it has members. */
  resetGroup(group: string, offsets: readonly TopicOffset[]): Promise<void>
}
