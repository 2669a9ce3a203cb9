import { isOttlaError } from '@ottla/core'
import { CommanderError } from 'commander'
import { ottlaErrors } from '../ottla-errors.js'
import { ottlaProgram } from './program.js'

/** What the process ends with. 130 is what a shell expects of a command that Ctrl-C has ended. */
const exitCodes = { ok: 0, error: 1, usage: 2, incompatible: 3, interrupted: 130 } as const

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output has seen enough: `ottla events | head`.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

const program = ottlaProgram()
// Ottla's own timers never keep a process alive: without this one it would end where a command waits for a record or for a view's lock.
const awake = setInterval(() => {}, 2 ** 30)
try {
  await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = explain(error)
} finally {
  clearInterval(awake)
}

/** Says on standard error what is wrong and gives the exit code. The stack is for whoever mends Ottla or a projection. */
function explain(thrown: unknown): number {
  const error = thrown instanceof CommanderError ? usageError(thrown) : thrown
  if (!error) return (thrown as CommanderError).exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const text = isOttlaError(error) ? error.message : `UNEXPECTED: ${error instanceof Error ? error.message : error}`
  process.stderr.write(`${text}\n`)
  if (process.env.OTTLA_DEBUG === '1') console.error(error)
  if (isOttlaError(error, 'USAGE_INVALID')) return exitCodes.usage
  if (isOttlaError(error, 'SCHEMAS_INCOMPATIBLE')) return exitCodes.incompatible
  return isOttlaError(error, 'VIEW_STOPPED') ? exitCodes.interrupted : exitCodes.error
}

/** undefined where help was printed: commander throws then, too. */
function usageError({ code, message }: CommanderError): Error | undefined {
  if (code === 'commander.help' || code === 'commander.helpDisplayed' || code === 'commander.version') return undefined
  const problem = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  const command = program.commands.find(command => command.name() === process.argv[2])
  const part = command?.commands.find(part => part.name() === process.argv[3])
  return ottlaErrors.create('USAGE_INVALID', { problem, command: ['ottla', ...[command, part].flatMap(each => each?.name() ?? [])].join(' ') })
}
