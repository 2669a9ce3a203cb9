import { appTopics, type Log, type LogRecord } from '@ottla/eventstore'
import { chooseApp } from './app-name.js'
import { eventLine, eventsHead } from './event-line.js'
import { onInterruption } from './interruption.js'
import { type EventFilter, isListed, type ListedEvent, listedEvent } from './listed-event.js'
import { type LogChoice, withLog } from './open-log.js'
import { printLine } from './output.js'
import { plainJson } from './plain-json.js'
import { recordsByTime } from './records-by-time.js'

export interface EventsOptions extends LogChoice, EventFilter {
  readonly app?: string
  /** How many to list, from the first on. */
  readonly limit?: number
  /** How many to list, from the last back. */
  readonly tail?: number
  readonly follow?: boolean
  readonly json?: boolean
}

/** `ottla events`: the events of an app by their time; with `follow` also those to come, as they come, until Ctrl-C. */
export async function listEvents(options: EventsOptions): Promise<void> {
  const signal = options.follow ? onInterruption() : undefined
  await withLog(options, 'ottla events', async opened => {
    const app = await chooseApp(opened, options.app)
    if (!options.json) await printLine(eventsHead)
    let left = options.limit ?? Number.POSITIVE_INFINITY
    for await (const record of recordsOf(opened.log, appTopics(app).events, options, signal)) {
      const event = await listedEvent(record, opened.codec)
      await printLine(options.json ? jsonOf(event) : eventLine(event, process.stdout.columns))
      if (--left === 0) return
    }
  })
}

async function* recordsOf(log: Log, topic: string, options: EventsOptions, signal?: AbortSignal): AsyncGenerator<LogRecord> {
  const ends = await log.admin.endOffsets(topic)
  const { tail } = options
  const wanted = async function* (records: AsyncIterable<LogRecord>) {
    for await (const record of records) {
      if (signal?.aborted) return
      if (isListed(record, options)) yield record
    }
  }
  if (tail === undefined) yield* wanted(recordsByTime(log, topic, ends))
  else if (tail > 0) yield* await last(tail, wanted(recordsByTime(log, topic, ends)))
  if (signal && !signal.aborted) yield* wanted(recordsFrom(log, topic, ends, signal))
}

async function last<T>(count: number, all: AsyncIterable<T>): Promise<T[]> {
  const kept: T[] = []
  for await (const one of all) {
    kept.push(one)
    if (kept.length >= 2 * count) kept.splice(0, kept.length - count)
  }
  return kept.slice(-count)
}

/** The records from these offsets on as they are committed, until the signal. */
async function* recordsFrom(log: Log, topic: string, offsets: readonly number[], signal: AbortSignal): AsyncGenerator<LogRecord> {
  const reader = log.reader({ from: offsets.map((offset, partition) => ({ topic, partition, offset })) })
  signal.addEventListener('abort', () => void reader.close(), { once: true })
  try {
    for await (const { records } of reader) yield* records
  } finally {
    await reader.close()
  }
}

function jsonOf({ timestamp, ...event }: ListedEvent): string {
  return plainJson({ ...event, timestamp: new Date(timestamp) })
}
