import { compatibilityLevels } from '@ottla/eventstore'
import { type Command, Option } from 'commander'
import { defaultConfigFile } from '../config-file.js'
import { type CheckOptions, checkSchemas } from './check-command.js'
import { type ExportOptions, exportSchemas } from './export-command.js'
import { type RegisterOptions, registerSchemas } from './register-command.js'
import { defaultSnapshotFile } from './schema-snapshot.js'
import { type SnapshotOptions, writeSnapshot } from './snapshot-command.js'
import { type TypesOptions, writeTypes } from './types/types-command.js'

/** Adds `ottla schema` with what can be done with the schemas of an app; each subcommand is a file of its own beside this one. */
export function addSchema(program: Command): void {
  const schema = program.command('schema').description('The Avro schemas of the events and commands of an app.')
  addCheck(schema)
  addSnapshot(schema)
  addRegister(schema)
  addTypes(schema)
  addExport(schema)
}

function addCheck(schema: Command): void {
  onRegistry(onConfig(schema.command('check')))
    .description('Say for each event and command whether the code may be deployed, and who first. Ends with 3 where it may not.')
    .addOption(new Option('--snapshot [file]', `compare with a snapshot file (default: ${defaultSnapshotFile})`).conflicts(['registry', 'data']))
    .option('--json', 'print one line of JSON')
    .action((options: CheckOptions) => checkSchemas(options))
}

function addSnapshot(schema: Command): void {
  onConfig(schema.command('snapshot'))
    .description('Write the schemas of the code into a file to be committed, which ottla schema check --snapshot compares with.')
    .option('--file <file>', 'the snapshot file', defaultSnapshotFile)
    .addOption(levelOption())
    .option('--force', 'take out the versions that the code does not go together with')
    .option('--json', 'print one line of JSON')
    .action((options: SnapshotOptions) => writeSnapshot(options))
}

function addRegister(schema: Command): void {
  onRegistry(onConfig(schema.command('register')))
    .description(
      'Register the schemas of the code, for apps that may not do so themselves (autoRegister: false). All are checked before the first is registered.',
    )
    .addOption(levelOption())
    .option('--json', 'print one line of JSON')
    .action((options: RegisterOptions) => registerSchemas(options))
}

function addTypes(schema: Command): void {
  schema
    .command('types')
    .description('Write TypeScript classes for the schemas in .avsc files.')
    .argument('<files...>', '.avsc files, and folders with such files')
    .option('--out <dir>', 'the folder to write into', 'generated')
    .option('--command <record.field...>', 'records that are commands, each with its field that names the aggregate: shop.PlaceOrder.orderId')
    .option('--json', 'print one line of JSON')
    .action((files: readonly string[], options: TypesOptions) => writeTypes(files, options))
}

function addExport(schema: Command): void {
  onConfig(schema.command('export'))
    .description('Write an .avsc file for each event and command of the code.')
    .option('--out <dir>', 'the folder to write into', 'schemas')
    .option('--json', 'print one line of JSON')
    .action((options: ExportOptions) => exportSchemas(options))
}

function onConfig(command: Command): Command {
  return command.option('--config <file>', `an ES module whose default export is what createApp takes (default: ${defaultConfigFile})`)
}

function onRegistry(command: Command): Command {
  return command
    .addOption(new Option('--registry <url>', 'a Confluent-compatible registry, in place of that of the config file').conflicts('data'))
    .option('--data <dir>', 'the registry in a data folder of the embedded log')
}

function levelOption(): Option {
  return new Option('--level <level>', 'the level of subjects that have none').choices(compatibilityLevels)
}
