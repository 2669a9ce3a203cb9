import { isOttlaError } from '@ottla/core'
import type { LogRecord, NewRecord, RecordHeaders } from '../log/log.js'

/** A record that somebody could not read, as it was, and why. */
export interface DeadLetter {
  /** What it is listed by: reader and place. */
  readonly id: string
  /** Who could not read it: `inbox`, a view, as `view:orders`, or the states of an aggregate or saga, as `state:order`. */
  readonly reader: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** When the record was written, and when it was set aside, in milliseconds since 1970. */
  readonly timestamp: number
  readonly setAsideAt: number
  /** The code and the message of the error. */
  readonly code: string
  readonly reason: string
  /** How often reading it was tried. */
  readonly attempts: number
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers: RecordHeaders
  /** How many bytes the value had: more than `value` has where it was too large for a record of its own. */
  readonly bytes: number
}

/** A record that is to be set aside. */
export interface UnreadRecord {
  readonly reader: string
  readonly record: LogRecord
  readonly error: unknown
}

const name = {
  reader: 'reader',
  topic: 'topic',
  partition: 'partition',
  offset: 'offset',
  timestamp: 'timestamp',
  code: 'code',
  reason: 'reason',
  attempts: 'attempts',
  key: 'key',
  bytes: 'bytes',
  /** Before the names of the record's own headers. */
  original: 'original.',
} as const

/** The longest text of a header, and the longest of all of them: a foreign writer's may be as large as a record, which no record about it could hold. */
const longestText = 10_000
const longestHeaders = 60_000

/**
 * The record that keeps an unreadable one: its bytes as they were, all else in headers, so that it takes no schema to read. Its key is who could not read it and where it lay, so that
 * setting the same record aside again changes nothing.
 *
 * @param limit how many bytes the value may have; what is longer is cut off
 */
export function deadLetterRecord(topic: string, { reader, record, error }: UnreadRecord, now: number, limit: number): NewRecord {
  const headers: Record<string, string> = {
    [name.reader]: reader,
    [name.topic]: record.topic,
    [name.partition]: String(record.partition),
    [name.offset]: String(record.offset),
    [name.timestamp]: String(record.timestamp),
    [name.code]: isOttlaError(error) ? error.code : 'RECORD_UNREADABLE',
    [name.reason]: cut(error instanceof Error ? error.message : String(error)),
    [name.attempts]: '1',
    ...(record.key === null ? {} : { [name.key]: cut(record.key) }),
    // A value of null would be a tombstone of the dead letter.
    ...(record.value === null ? {} : { [name.bytes]: String(record.value.length) }),
    ...originalHeaders(record.headers),
  }
  const id = deadLetterId(reader, record)
  return { topic, partition: record.partition, key: id, value: record.value?.subarray(0, limit) ?? Buffer.alloc(0), headers, timestamp: now }
}

/** The dead letter of a record, or undefined when a foreign writer made it. */
export function deadLetter({ key: id, value, headers, timestamp: setAsideAt }: LogRecord): DeadLetter | undefined {
  const { [name.reader]: reader, [name.topic]: topic, [name.code]: code = '', [name.reason]: reason = '' } = headers
  if (id === null || value === null || reader === undefined || topic === undefined) return undefined
  const number = (header: string) => Number(headers[header] ?? 0)
  const own = Object.entries(headers).filter(([header]) => header.startsWith(name.original))
  return {
    id,
    reader,
    topic,
    partition: number(name.partition),
    offset: number(name.offset),
    timestamp: number(name.timestamp),
    setAsideAt,
    code,
    reason,
    attempts: number(name.attempts),
    key: headers[name.key] ?? null,
    value: headers[name.bytes] === undefined ? null : value,
    headers: Object.fromEntries(own.map(([header, text]) => [header.slice(name.original.length), text])),
    bytes: number(name.bytes),
  }
}

function deadLetterId(reader: string, { topic, partition, offset }: LogRecord): string {
  return `${reader}/${topic}-${partition}@${offset}`
}

function originalHeaders(headers: RecordHeaders): Record<string, string> {
  const kept: Record<string, string> = {}
  let left = longestHeaders
  for (const [header, text] of Object.entries(headers)) {
    const short = cut(text)
    left -= header.length + short.length
    if (left < 0) break
    kept[`${name.original}${header}`] = short
  }
  return kept
}

function cut(text: string): string {
  return text.slice(0, longestText).toWellFormed()
}
