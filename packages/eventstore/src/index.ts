export type {
  Commit,
  GroupLag,
  Log,
  LogAdmin,
  LogMember,
  LogProducer,
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
export type { LogConfig, OpenLog, OpenOptions, OpenRegistry } from './log/log-config.js'
export type { RegisteredSchema, RegistryVerdict, SchemaRegistry } from './registry/schema-registry.js'
export { canonicalSchema } from './registry/canonical-schema.js'
export { exactJsonText, parseExactJson } from './registry/exact-json.js'
export { messageSchema, type MessageSchema } from './codec/message-schema.js'
export { type CompatibilityLevel, compatibilityLevel, compatibilityLevels, defaultCompatibility } from './registry/compatibility-level.js'
export { RegisteredSchemas, type SubjectSchema } from './registry/registered-schemas.js'
export { schemaSubject } from './registry/schema-subject.js'
export { refuseIncompatible, verdictOn } from './registry/next-version.js'
export { type BrokenRule, judgeSchema, type SchemaVerdict } from './compatibility/judge-schema.js'
export { type DeployFirst, deployFirst, deployFirstFor } from './compatibility/deploy-first.js'
export { type Incompatibility, type IncompatibilityType, incompatibilityTypes } from './compatibility/incompatibility.js'
export { checkReaderWriter } from './compatibility/reader-writer-check.js'
export { changeLine, type SchemaChange, schemaChanges } from './compatibility/schema-changes.js'
export { type LogicalTypeRisk, logicalTypeRisks } from './compatibility/logical-type-risks.js'
export { unreadableByOttla } from './compatibility/ottla-reading.js'
export { parseSchema } from './compatibility/parse-schema.js'
export type { Codec } from './codec/codec.js'
export { AvroCodec } from './codec/avro-codec.js'
export { learnSchema } from './codec/learn-schema.js'
export type { DeadLetter, UnreadRecord } from './records/dead-letter-record.js'
export { readDeadLetters } from './streams/dead-letters.js'
export { scanTopic, type ScanOptions } from './streams/log-scan.js'
export { atPlace, isUnreadable, type RecordPlace } from './codec/unreadable.js'
export { eventstoreErrors } from './eventstore-errors.js'
export { makeFolder } from './folder/make-folder.js'
export { appTopics, deduplicationWindow, topicConfigs, type AppTopics } from './records/topics.js'
export { appSchemas, type AppSchema } from './schemas/app-schemas.js'
export { header } from './records/headers.js'
export { murmur2, shardOf } from './records/partitioner.js'
export type { Decision, DecisionContext, Input, OutgoingCommand, Participant, Reply } from './model/participant.js'
export type { StreamName } from './model/stream-name.js'
export { aggregateParticipant, withValues } from './model/aggregate-participant.js'
export { ShardHost, type ShardHostOptions } from './shard/shard-host.js'
export { defaultLimits, type OwnerLimits } from './shard/owner/owner-limits.js'
export { type SnapshotStatus, snapshotStatus } from './snapshots/snapshot-status.js'
export type { Marker } from './snapshots/marker.js'
export { StateStore } from './state/state-store.js'
export { participantNamed, StreamReader, type StreamRange } from './streams/stream-reader.js'
export type { StoredEvent } from './streams/stored-event.js'
export { storedEvent } from './streams/stored-events.js'
export { readEvent } from './model/read-event.js'
export { eventEnvelope, eventId, type EventEnvelope } from './records/event-record.js'
export { outcomeDefinition, outcomeEnvelope, OutcomeReason, type OutcomeEnvelope } from './records/outcome-record.js'
export { readEvents, readOutcomes, type HistoryOptions } from './streams/log-history.js'
export type { StoredOutcome } from './streams/stored-outcome.js'
export { ShardModel } from './model/shard-model.js'
// Below: for logs that live in one process, which share their readers and groups.
export { Groups, type GroupsOptions } from './groups/groups.js'
export type { GroupMember } from './groups/group-member.js'
export { PartitionFeed, type FeedOptions } from './groups/partition-feed.js'
export { fetchBytes, fetchRecords, type RecordSource } from './log/record-source.js'
export { partitionKey } from './log/partition-key.js'
export { SourceReader } from './log/source-reader.js'
