import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { addDlq } from './dlq/dlq-command.js'
import { type EventsOptions, listEvents } from './events-command.js'
import { type LagOptions, showLag } from './lag-command.js'
import { onLog } from './log-options.js'
import { type RegistryOptions, runRegistry } from './registry-command.js'
import { type ReplayOptions, replay } from './replay-command.js'
import { addSchema } from './schema/schema-command.js'
import { type SnapshotOptions, showSnapshots } from './snapshot-command.js'
import { listTopics, type TopicsOptions } from './topics-command.js'

/** The `ottla` command with everything that it understands. What is wrong with the command line it throws as a CommanderError. */
export function ottlaProgram(): Command {
  const program = new Command('ottla')
    .description('Looks into the log and the views of an Ottla app, also while it runs.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: () => {} })
  addEvents(program)
  addTopics(program)
  addLag(program)
  addSnapshot(program)
  addReplay(program)
  addDlq(program)
  addSchema(program)
  addRegistry(program)
  return program
}

function addEvents(program: Command): void {
  onLog(program.command('events'), 'the data folder of the embedded log')
    .description('List the events of an app, by their time.')
    .option('--app <name>', 'the app, where the log has several')
    .option('--type <type>', 'only events of this type: shop.OrderPlaced, or OrderPlaced')
    .option('--stream <participant/id>', 'only the events of one aggregate or saga: order/o-1', streamName)
    .option('--correlation <id>', 'only what came of one command: the events with its correlation id')
    .option('--limit <n>', 'stop after n events', wholeNumber(1))
    .option('--tail <n>', 'begin with the last n events instead of the first', wholeNumber(0))
    .option('--follow', 'go on with new events until Ctrl-C')
    .option('--json', 'print a line of JSON for each event')
    .action((options: EventsOptions) => listEvents(options))
}

function addTopics(program: Command): void {
  onLog(program.command('topics'), 'the data folder of the embedded log')
    .description('List the topics of a log: partitions, records, how long they are kept.')
    .option('--json', 'print one line of JSON')
    .action((options: TopicsOptions) => listTopics(options))
}

function addLag(program: Command): void {
  onLog(program.command('lag'), 'the data folder of the embedded log')
    .description('Show how far the inbox and the views of an app are behind the end of the log, and which views are degraded.')
    .option('--app <name>', 'the app, where the log has several')
    .option('--json', 'print one line of JSON')
    .action((options: LagOptions) => showLag(options))
}

function addSnapshot(program: Command): void {
  onLog(program.command('snapshot'), 'the data folder of the embedded log')
    .description('Show how far the snapshots of each shard go, and how large they are.')
    .option('--app <name>', 'the app, where the log has several')
    .option('--json', 'print one line of JSON')
    .action((options: SnapshotOptions) => showSnapshots(options))
}

function addReplay(program: Command): void {
  onLog(program.command('replay'), 'the data folder, where it is not that of the config file')
    .description('Rebuild a view from the beginning of the log and swap it in, also while the app runs.')
    .argument('<projection>', 'the name of the projection')
    .option('--json', 'print one line of JSON at the end')
    .action((projection: string, options: ReplayOptions) => replay(projection, options))
}

function addRegistry(program: Command): void {
  onLog(program.command('registry'), 'the data folder whose schemas are served; created where there is none')
    .description("Serve the schemas of a data folder as a schema registry, with Confluent's REST API, until Ctrl-C.")
    .option('--port <port>', 'where it listens; 0 takes a free port', port, 8081)
    .option('--host <address>', 'who can reach it: others than this machine only with an address of the network', '127.0.0.1')
    .option('--read-only', 'beside an app that runs: every change is refused')
    .action((options: RegistryOptions) => runRegistry(options))
}

function wholeNumber(from: number): (text: string) => number {
  return text => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= from) return Number(text)
    throw new InvalidArgumentError(`Expected a whole number from ${from} on.`)
  }
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text)
  throw new InvalidArgumentError('Expected a number from 0 to 65535.')
}

function streamName(text: string): EventsOptions['stream'] {
  const [, participant, id] = /^([^/]+)\/(.+)$/s.exec(text) ?? []
  if (participant && id) return { participant, id }
  throw new InvalidArgumentError('Expected <participant>/<id>, such as order/o-1.')
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
