import { defineErrors } from '@ottla/core'

/** The error codes of @ottla/testing: brokers and registries for development and tests. */
export const testingErrors = defineErrors({
  KAFKA_NOT_FOUND: {
    what: 'Nothing here can run a Kafka broker: {missing}.',
    todo: 'Set KAFKA_BROKERS (and SCHEMA_REGISTRY_URL), start Docker and install testcontainers, or install Java 17 or newer with Maven.',
  },
  KAFKA_DOWNLOAD_FAILED: {
    what: '{artifact} could not be fetched from Maven Central to {folder} ({error}).',
    todo: 'Look whether Maven reaches its repository, and run the same command again.',
    retriable: true,
  },
  KAFKA_START_FAILED: {
    what: '{part} did not start: {problem}. The end of its log: {log}',
    todo: 'Mend what the log names, and start it again.',
  },
  KAFKA_FOLDER_INVALID: {
    what: 'The folder {folder} cannot hold a development broker ({problem}).',
    todo: 'Name an empty folder, one that startKafka made with as many brokers, or one that does not exist yet.',
  },
  KAFKA_FOLDER_IN_USE: {
    what: 'The brokers of another process run in the folder {folder}.',
    todo: 'Stop that process, or give this one a folder of its own.',
    retriable: true,
  },
  KAFKA_NOT_OURS: {
    what: '{operation} is not possible: {part} was given by {variable} and not started here.',
    todo: 'Unset {variable}, so that startKafka starts its own.',
  },
  KAFKA_PART_MISSING: {
    what: '{operation} is not possible: this cluster has no {part}.',
    todo: '{cure}',
  },
  KAFKA_STOPPED: {
    what: '{operation} is not possible: the cluster is stopped, or the process that watches over it is gone ({problem}).',
    todo: 'Start another one with startKafka.',
  },
})
