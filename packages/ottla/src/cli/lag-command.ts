import { chooseApp } from './app-name.js'
import { type ConsumerLag, consumerLags } from './consumer-lag.js'
import { type LogChoice, withLog } from './open-log.js'
import { type Column, printLine, tableText } from './output.js'

export interface LagOptions extends LogChoice {
  readonly app?: string
  readonly json?: boolean
}

const columns: readonly Column[] = [
  { name: 'Consumer' },
  { name: 'Topic' },
  { name: 'Partition', right: true },
  { name: 'Position', right: true },
  { name: 'End', right: true },
  { name: 'Lag', right: true },
]

/** `ottla lag`: how far the app's inbox and its views are behind the end of the log. */
export async function showLag(options: LagOptions): Promise<void> {
  const found = await withLog(options, 'ottla lag', async opened => {
    const app = await chooseApp(opened, options.app)
    return { app, consumers: await consumerLags(opened, app) }
  })
  const lag = total(found.consumers)
  if (options.json) return printLine(JSON.stringify({ ...found, lag }))
  await printLine(tableText(columns, [...found.consumers.flatMap(rowsOf), ['all', '', '', '', '', lag]]))
  for (const { kind, name, problem } of found.consumers) if (problem) await printLine(`\n${kind} ${name}: ${problem}`)
}

function rowsOf({ kind, name, state, partitions, lag }: ConsumerLag): (string | number)[][] {
  const label = `${kind} ${name}`
  return [
    ...partitions.map(({ topic, partition, position, end, lag: behind }) => [label, topic, partition, position, end, behind]),
    [state === 'ok' ? label : `${label} (${state})`, '', 'all', '', '', lag],
  ]
}

const total = (consumers: readonly ConsumerLag[]) => consumers.reduce((sum, { lag }) => sum + lag, 0)
