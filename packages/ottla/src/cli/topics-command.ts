import type { Log, TopicConfig } from '@ottla/eventstore'
import { type LogChoice, withLog } from './open-log.js'
import { type Column, printLine, tableText } from './output.js'

export interface TopicsOptions extends LogChoice {
  readonly json?: boolean
}

const columns: readonly Column[] = [
  { name: 'Topic' },
  { name: 'Partitions', right: true },
  { name: 'Records', right: true },
  { name: 'Kept' },
  { name: 'Compacted' },
]

/** `ottla topics`: how many partitions and records the topics of a log have, and how long they are kept. */
export async function listTopics(options: TopicsOptions): Promise<void> {
  const topics = await withLog(options, 'ottla topics', ({ log }) => describeTopics(log))
  if (options.json) return printLine(JSON.stringify(topics))
  const rows = topics.map(({ name, partitions, records, retention, compacted }) => [name, partitions, records, duration(retention), compacted ? 'yes' : 'no'])
  await printLine(tableText(columns, rows))
}

async function describeTopics(log: Log) {
  const topics = [...(await log.admin.listTopics())].sort((a, b) => (a.name < b.name ? -1 : 1))
  return Promise.all(topics.map(topic => describe(log, topic)))
}

async function describe(log: Log, { name, partitions, retention, compacted }: TopicConfig) {
  const begins = await log.admin.beginOffsets(name)
  const ends = await log.admin.endOffsets(name)
  const records = ends.reduce((sum, end, partition) => sum + end - (begins[partition] ?? end), 0)
  return { name, partitions, records, retention: retention ?? null, compacted: compacted ?? false }
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** A retention for people: `7 days`, or `for ever`. */
function duration(milliseconds: number | null): string {
  if (milliseconds === null) return 'for ever'
  const [unit, length] = units.find(([, length]) => milliseconds >= length && milliseconds % length === 0) ?? ['ms', 1]
  const count = milliseconds / length
  return `${count} ${unit}${unit === 'ms' || count === 1 ? '' : 's'}`
}
