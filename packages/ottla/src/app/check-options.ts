import { ottlaErrors } from '../ottla-errors.js'
import type { AppOptions } from './app-options.js'

/** The most shards that an app can have: each is a partition of every topic. */
const mostShards = 10_000

/** Throws OPTION_INVALID, with value and cure, for what the compiler cannot see or JavaScript lets through. */
export function checkOptions({ name, modules, log, shards, snapshots, standby }: AppOptions): void {
  // The name begins the names of topics, which Kafka limits to these characters.
  if (typeof name !== 'string' || !/^[A-Za-z][\w.-]{0,199}$/.test(name)) {
    throw invalid('name', name, "Name the app with letters, digits, '.', '-' and '_', beginning with a letter: it names its topics for ever.")
  }
  if (!Array.isArray(modules)) throw invalid('modules', modules, 'Give the list of the decorated classes: modules: [Order, OrderSummary].')
  if (typeof log?.open !== 'function') throw invalid('log', log, "Say where everything is kept: log: embedded('./data').")
  if (shards !== undefined && !(Number.isInteger(shards) && shards >= 1 && shards <= mostShards)) {
    throw invalid('shards', shards, `Give a whole number from 1 to ${mostShards}, chosen once for ever.`)
  }
  if (snapshots !== undefined && typeof snapshots !== 'boolean') throw invalid('snapshots', snapshots, 'Give true or false, or leave it to the log.')
  if (standby !== undefined && typeof standby !== 'boolean' && !(Number.isInteger(standby) && standby >= 0)) {
    throw invalid('standby', standby, 'Give true, false or how many shards of other nodes this one keeps ready.')
  }
}

function invalid(option: string, value: unknown, cure: string): Error {
  return ottlaErrors.create('OPTION_INVALID', { option, value: value === '' ? 'empty' : value, cure })
}
