import type { Command } from 'commander'

/** Adds `ottla schema` with what can be done with the schemas of an app; each subcommand is a file of its own beside this one. */
export function addSchema(program: Command): void {
  program.command('schema').description('The Avro schemas of the events and commands of an app.')
}
