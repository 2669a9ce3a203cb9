export type {
  Commit,
  GroupLag,
  Log,
  LogAdmin,
  LogMember,
  LogReader,
  LogRecord,
  LogWriter,
  MemberOptions,
  NewRecord,
  ReaderOptions,
  RecordBatch,
  RecordHeaders,
  TopicConfig,
  TopicOffset,
  TopicPartition,
} from './log/log.js'
export type { RegisteredSchema, SchemaRegistry } from './registry/schema-registry.js'
export type { Codec } from './codec/codec.js'
export { eventstoreErrors } from './eventstore-errors.js'
export { appTopics, deduplicationWindow, topicConfigs, type AppTopics } from './records/topics.js'
export { header } from './records/headers.js'
export { murmur2, shardOf } from './shard/partitioner.js'
export type { Decision, DecisionContext, Input, OutgoingCommand, Participant, Reply, StreamName } from './shard/participant.js'
