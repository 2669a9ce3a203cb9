import { defineErrors } from '@ottla/core'

/** The error codes of the package ottla: createApp, the command and its config file. */
export const ottlaErrors = defineErrors({
  APP_STOPPED: { what: 'App {app} has been stopped.', todo: 'Nothing was written. Start the app again; the same id keeps the command exactly once.' },
  OPTION_INVALID: { what: 'createApp: {option} is {value}.', todo: '{cure}' },
  DEAD_LETTER_UNKNOWN: {
    what: 'There is no dead letter {id}; there are {count}.',
    todo: 'Take the id from ottla dlq list.',
  },
  USAGE_INVALID: { what: '{problem}.', todo: 'See {command} --help.' },
  CONFIG_MISSING: { what: 'There is no config file {file}.', todo: 'Name an ES module whose default export is { name, modules, log }.' },
  CONFIG_FAILED: {
    what: 'The config file {file} cannot be loaded ({error}).',
    todo: 'Mend it (OTTLA_DEBUG=1 shows where it fails); TypeScript has to be compiled first.',
  },
  CONFIG_INVALID: { what: 'The config file {file} {problem}.', todo: 'Let its default export be { name, modules, log }, as createApp takes it.' },
  APP_UNKNOWN: {
    what: 'There is no app {app} in {folder}; it has {known}.',
    todo: 'Name one of them with --app NAME, or start the app once so that it creates its topics.',
  },
  APP_AMBIGUOUS: { what: 'There are several apps in {folder}: {known}.', todo: 'Say which one with --app NAME.' },
  SCHEMAS_INCOMPATIBLE: {
    what: 'The code of app {app} does not go together with what was written before to {subjects}.',
    todo: 'Make each change in a compatible way, as the report says; nothing was written.',
  },
  AVSC_MISSING: { what: 'There is no schema file {path}.', todo: 'Name .avsc files, or folders that have some.' },
  AVSC_INVALID: {
    what: 'The schema file {file} cannot be used: at {place}, {problem}.',
    todo: 'Mend the schema, or name the files that its types are in as well; nothing was written.',
  },
  SCHEMA_SNAPSHOT_MISSING: {
    what: 'There is no snapshot file {file}.',
    todo: 'Make it with ottla schema snapshot, and commit it.',
  },
  SCHEMA_SNAPSHOT_INVALID: {
    what: 'The snapshot file {file} cannot be used ({problem}).',
    todo: 'Take it as it was committed last, or mend it; ottla schema snapshot makes a new one where there is none.',
  },
  REGISTRY_FOLDER_IN_USE: {
    what: 'The folder {folder} is in use by another process, such as an app that runs.',
    todo: 'Stop it, or serve the schemas beside it for reading only: ottla registry --read-only.',
  },
  REGISTRY_ELSEWHERE: {
    what: 'The log of the config file has its schemas in a registry of its own and not in a data folder.',
    todo: 'Name the data folder of an embedded log, or of a registry: ottla registry --data DIR.',
  },
  SCHEMA_SNAPSHOT_UNWRITABLE: {
    what: 'The snapshot file {file} cannot be written ({error}).',
    todo: 'Name a file in a folder that exists and may be written; the file is as it was.',
  },
  SCHEMA_FILE_UNWRITABLE: {
    what: 'The file {file} cannot be written ({error}).',
    todo: 'Give with --out a folder that can be made or written to.',
  },
  PROJECTION_UNKNOWN: {
    what: 'The config file {file} has no projection {projection}; it has {known}.',
    todo: 'Name one of these, or add the projection to its modules.',
  },
})
