import { defineErrors } from '@ottla/core'

/** The error codes of @ottla/eventstore: the log, the registry, the codec and the shard owner. */
export const eventstoreErrors = defineErrors({
  // The log
  WRITER_FENCED: {
    what: 'Writer {writer} has a newer owner.',
    todo: 'This node gives the shard up; nothing was written.',
    retriable: true,
  },
  COMMIT_OUTCOME_UNKNOWN: {
    what: 'The commit of writer {writer} ended without an answer ({error}).',
    todo: 'Open the writer anew: that settles it, and the log shows which way.',
    retriable: true,
  },
  LOG_UNAVAILABLE: {
    what: 'The log {log} cannot be reached ({error}).',
    todo: 'Ottla tries again by itself; look at the broker or the disk when it lasts.',
    retriable: true,
  },
  NODE_TOO_OLD: {
    what: 'This is Node.js {version}, and the embedded log needs {oldest} or newer.',
    todo: 'Install a newer Node.js, or add the npm package node@24 to the project.',
  },
  LOG_FORBIDDEN: {
    what: 'The brokers refuse {operation} on {resource} ({error}).',
    todo: 'Give the user of this app the right to it, or configure the right user. Nothing was written.',
  },
  LOG_UNTRUSTED: {
    what: 'The certificates of this app and of the brokers {log} do not fit ({error}).',
    todo: "Give in the option ssl the authority of the brokers' certificates as ca, and what the brokers want of this app as cert and key.",
    retriable: true,
  },
  KAFKA_OPTIONS_INVALID: { what: 'The option {option} of kafka() is wrong: {problem}.', todo: '{cure}' },
  KAFKA_CLIENT_VERSION: {
    what: 'The installed kafkajs is {found}, and Ottla works with exactly {wanted}.',
    todo: 'Install kafkajs {wanted}: its defects are known, and Ottla guards against them.',
  },
  KAFKA_CLIENT_UNSAFE: {
    what: 'kafkajs shows records of aborted transactions: a batch held the offsets {seen} instead of 3,9.',
    todo: 'Something has replaced files of kafkajs after Ottla had: load no other patch of it in this process.',
  },
  LOG_CLOSED: { what: 'The log {log} is closed.', todo: 'Open it again before use.' },
  LOG_READ_ONLY: {
    what: 'The log {log} was opened for reading only, and {operation} would change it.',
    todo: 'Do this in the process that writes the log, or open it for writing when that has ended.',
  },
  LOG_FULL: {
    what: 'The disk of {log} is full ({error}).',
    todo: 'Nothing of this commit was written and nothing before it is lost. Make room and start again.',
  },
  LOG_DAMAGED: {
    what: 'The file {file} is damaged or no log of Ottla ({error}).',
    todo: 'Restore it from a backup, or begin a new log in another folder. Ottla has not changed it.',
  },
  LOG_IN_USE: {
    what: 'The folder {folder} is in use by another process.',
    todo: 'Stop the other one, or give this one a folder of its own.',
    retriable: true,
  },
  LOG_FOLDER_INVALID: {
    what: 'The folder {folder} cannot hold a log ({problem}).',
    todo: 'Name an empty folder, one that Ottla made, or one that does not exist yet.',
  },
  LOG_RECORDS_LOST: {
    what: 'Partition {partition} of topic {topic} ends before offset {offset}, from which on it is read.',
    todo: 'The topic was deleted and made anew, or its brokers have lost records: look there first. What is built from a log that is no more is made anew at the next start.',
  },
  LOG_RECORDS_UNREADABLE: {
    what: 'The records of {topic}-{partition} from offset {offset} on cannot be read ({problem}).',
    todo: 'Records with a wrong checksum are damaged on their way or on the disk of a broker: look at both. Set compression.type of the topic to producer, and write it with none, gzip or zstd.',
  },
  RECORD_TOO_LARGE: {
    what: 'A record of {bytes} bytes for {topic}-{partition} is larger than the {limit} that one record may have.',
    todo: 'Make the message smaller: keep large contents elsewhere and name them in the message.',
  },
  TOPIC_UNKNOWN: { what: 'There is no topic {topic} with partition {partition}.', todo: 'Create it with admin.ensureTopics first.' },
  TOPIC_DIFFERS: {
    what: 'Topic {topic} has {actual} partitions, and this app wants {wanted}.',
    todo: 'The shard count is chosen once per app: configure shards: {actual}, or migrate into a new app.',
  },
  REPLIES_DIFFER: {
    what: 'Topic {topic} has {actual} partitions, and that of every app has {wanted}, whatever its shards are.',
    todo: 'Nothing in it is needed when the nodes of the app are stopped: stop them, delete it, and Ottla makes it anew.',
  },
  TOPIC_CONFIG_DIFFERS: {
    what: 'Topic {topic} has {setting} {actual}, and this app wants {wanted}.',
    todo: 'Records would be lost or kept wrongly: alter the topic (kafka-configs, admin.alterTopic), or let Ottla create it.',
  },
  GROUP_ACTIVE: { what: 'Group {group} has {members} members.', todo: 'Stop them before its offsets are reset.' },
  // The codec and the registry
  SCHEMA_UNKNOWN: {
    what: 'The registry has no schema {schema}.',
    todo: 'The record was written with another registry: give the app the one it was written with.',
  },
  SCHEMA_INVALID: {
    what: 'The schema {schema} cannot be read ({problem}).',
    todo: 'Register Avro schemas as JSON text.',
  },
  SCHEMA_NOT_PREPARED: {
    what: 'The schema of {message} is not registered for topic {topic}.',
    todo: 'Await codec.prepare(topic, definitions) before messages are encoded for the topic.',
  },
  REGISTRY_READ_ONLY: {
    what: 'The schema registry of {registry} is opened for reading only, and it has no such schema in {subject}.',
    todo: 'Only the process that writes the log registers schemas.',
  },
  SCHEMAS_NOT_REGISTERED: {
    what: 'The registry lacks the schemas that this version of the app has for {subjects}.',
    todo: 'Run `ottla schema register` before the app is started: with autoRegister: false it registers nothing by itself.',
  },
  REGISTRY_UNAVAILABLE: {
    what: 'The schema registry {registry} does not answer ({error}).',
    todo: 'A running app asks again by itself and goes on when it is back; run an ottla command again. Look at the registry when it lasts.',
    retriable: true,
  },
  REGISTRY_FORBIDDEN: {
    what: 'The schema registry {registry} refuses {operation} with status {status}.',
    todo: 'Give the option registry.auth the right credentials, or their user this right; Ottla goes on by itself when the registry lets it.',
    retriable: true,
  },
  REGISTRY_UNEXPECTED: {
    what: 'What answers at {registry} is no schema registry ({problem}).',
    todo: "Give the URL where Confluent's API begins, below which /subjects lies; Apicurio has it at /apis/ccompat/v7.",
    retriable: true,
  },
  REGISTRY_REFUSED: {
    what: 'The schema registry {registry} refuses {operation}: {reason}.',
    todo: 'Mend what it names, such as a subject that is read-only, and start again.',
  },
  REGISTRY_ADDRESS_UNUSABLE: {
    what: 'The registry cannot listen on {host} port {port}: {problem}.',
    todo: 'Stop what listens there, or choose another port or host.',
  },
  SCHEMA_INCOMPATIBLE: {
    what: 'The schema is not {level} compatible with the earlier ones of subject {subject} ({reason}).',
    todo: 'Make the change in a compatible way, such as a new field with t.optional, or give the message a new name. An operator can change the level of the subject.',
  },
  COMPATIBILITY_LEVEL_UNKNOWN: {
    what: '{level} is no compatibility level.',
    todo: 'Give one of {levels}.',
  },
  RECORD_UNREADABLE: {
    what: 'The bytes of {message} cannot be decoded ({problem}).',
    todo: 'They are damaged or were written with another schema; the record stays in the log as it is.',
  },
  RECORD_FORMAT_UNKNOWN: {
    what: 'The bytes of {message} begin with {byte} where the magic byte 0 belongs.',
    todo: "Whoever writes to this topic uses Confluent's wire format: byte 0, the schema's id in 4 bytes, Avro.",
  },
  RECORD_CUT_OFF: {
    what: 'The bytes of {message} end too early, after {bytes}.',
    todo: 'They are damaged; the record stays in the log as it is.',
  },
  RECORD_SCHEMA_DIFFERS: {
    what: 'The bytes of {message} were written with a schema that it cannot be read from ({problem}; written as {schema}).',
    todo: 'Bring the class into a form that can read it, read it with an upcaster, or write the message under another name. ottla schema check finds this before a deployment.',
  },
  RECORD_SCHEMA_INVALID: {
    what: 'The bytes of {message} were written with a schema that is none ({problem}).',
    todo: 'Look at what the registry has under the id in the bytes; the record stays in the log as it is.',
  },
  TYPE_UNKNOWN: { what: 'This app has no class for {type}.', todo: 'Add the module that declares it, or leave the record to a node that has it.' },
  // The shard owner
  OVERLOADED: {
    what: 'Shard {shard} has {queued} commands waiting, which is its limit.',
    todo: 'Nothing was written. Send fewer at a time, or again later.',
    retriable: true,
  },
  STREAM_UNREADABLE: {
    what: 'Stream {stream} is unavailable on this node: {problem}.',
    todo: 'Deploy the version that can read its events; nothing was written, and everything else goes on.',
  },
  STREAM_INCOMPLETE: {
    what: 'The log does not have the events of stream {stream} from version {first} to {last}.',
    todo: 'Records of the events topic were deleted: restore the topic from a backup. Reading would give a history that is too short.',
  },
  COMMAND_ID_REUSED: {
    what: 'Command id {id} for {key} was used before for another {command} or other content.',
    todo: 'Use a new id for a new command, and the same content when sending one again.',
  },
  SHARD_NOT_OWNED: { what: 'Shard {shard} is not owned by this node.', todo: 'Ottla offers the command again by itself.', retriable: true },
  STATE_NOT_STORABLE: {
    what: 'The state of {aggregate} holds {path}, {problem}.',
    todo: 'Keep plain values, arrays, Map, Set, Date, bigint, bytes and message classes in the state.',
  },
  STATE_STORE_DAMAGED: {
    what: 'The stored state of {stream} cannot be read ({problem}).',
    todo: 'Ottla makes the states of shard {shard} anew from the log by itself; nothing is lost.',
    retriable: true,
  },
  STATE_STORE_FAILED: {
    what: 'The state store {file} cannot be written ({error}).',
    todo: 'Start again, with room on the disk; a damaged file is made anew then. It is a cache of the log: nothing committed is lost.',
  },
  INBOX_LOST: {
    what: 'Shard {shard} has events, but the position of its inbox is lost ({problem}).',
    todo: 'Starting elsewhere could lose or repeat commands: restore the group offset, or set it with admin.resetGroup.',
  },
  RESTORE_STALLED: {
    what: 'Restoring shard {shard} stands at {position} of {topic} and does not reach {end}.',
    todo: 'Ottla tries again by itself; look for an open transaction on the topic when it lasts.',
    retriable: true,
  },
})
