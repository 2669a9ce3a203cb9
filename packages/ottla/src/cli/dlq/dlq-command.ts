import type { Command } from 'commander'
import { onLog } from '../log-options.js'
import { type DlqOptions, listDeadLetters } from './list-command.js'
import { showDeadLetter } from './show-command.js'

/** Adds `ottla dlq` with what can be done with dead letters; each subcommand is a file of its own beside this one. */
export function addDlq(program: Command): void {
  const dlq = program.command('dlq').description('Dead letters: the records that an app could not read and has set aside.')
  onLog(dlq.command('list'), 'the data folder of the embedded log')
    .description('List the dead letters of an app, by the time when they were set aside.')
    .option('--app <name>', 'the app, where the log has several')
    .option('--json', 'print a line of JSON for each')
    .action((options: DlqOptions) => listDeadLetters(options))
  onLog(dlq.command('show'), 'the data folder of the embedded log')
    .description('Show one dead letter: why it was set aside, and its record as it was, the bytes in base64.')
    .argument('<id>', 'its id, as ottla dlq list has it')
    .option('--app <name>', 'the app, where the log has several')
    .option('--json', 'print one line of JSON')
    .action((id: string, options: DlqOptions) => showDeadLetter(id, options))
}
