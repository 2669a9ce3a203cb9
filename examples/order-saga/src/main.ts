import { join, relative } from 'node:path'
import { isOttlaError } from 'ottla'
import { type Options, readOptions } from './options.js'
import type { Report } from './report/report.js'
import { reportTables } from './report/report-tables.js'
import { run } from './run.js'

/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/** npm and its scripts pass on a Ctrl-C that the terminal has sent to everybody already: for so many milliseconds it is no second one. */
const echo = 1_500

/** For the `ottla` command. */
const config = relative('', join(import.meta.dirname, 'ottla.config.js'))

const options = readOptions(process.argv)
const interruption = new AbortController()

let interruptedAt = 0
for (const signal of Object.keys(exitCodes) as (keyof typeof exitCodes)[]) {
  process.on(signal, () => {
    if (!interruption.signal.aborted) {
      interruptedAt = performance.now()
      process.stderr.write('\nStopping. Once more ends at once; what is done is kept either way.\n')
      interruption.abort(signal)
    } else if (performance.now() - interruptedAt > echo) {
      process.exit(exitCodes[signal])
    }
  })
}

if (process.channel) {
  // Started by a script: when that has died, nobody is left to stop this process.
  process.on('disconnect', () => process.exit(1))
  process.channel.unref()
}

try {
  print(await run(options, interruption.signal), options)
} catch (error) {
  process.exitCode = explain(error)
}

function print(report: Report, { json, log, data }: Options): void {
  if (json) return void process.stdout.write(`${JSON.stringify(report)}\n`)
  process.stdout.write(`${reportTables(report)}
${report.commands} commands, ${report.events} events, ${report.compensations} compensations in the log; this run took ${report.seconds} s.

The data lies in ${data}; the views are SQLite files in ${data}/views. To look further:
${(log === 'kafka' ? commandsOnKafka(data) : commandsOnFile(data)).map(line => `  ${line}\n`).join('')}`)
}

function commandsOnFile(data: string): readonly string[] {
  return [`npx ottla events --data ${data}`, `npx ottla lag --data ${data}`, `npx ottla replay revenue --data ${data} --config ${config}`]
}

/** The development broker has ended with this process; the config file takes its addresses from the environment. */
function commandsOnKafka(data: string): readonly string[] {
  const broker = process.env.KAFKA_BROKERS ? [] : [`npm run kafka -- --data ${data}/kafka     (and in another terminal, with the variables that it prints:)`]
  return [...broker, `npx ottla events --config ${config}`, `npx ottla lag --config ${config}`]
}

function explain(error: unknown): number {
  if (interruption.signal.aborted && error === interruption.signal.reason) {
    process.stderr.write('Stopped. The same command goes on where this one was.\n')
    return exitCodes[error as keyof typeof exitCodes]
  }
  const text = isOttlaError(error) ? error.message : `UNEXPECTED: ${error instanceof Error ? error.message : error}`
  process.stderr.write(`${process.env.OTTLA_DEBUG === '1' && error instanceof Error ? error.stack : text}\n`)
  return 1
}
