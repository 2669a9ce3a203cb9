import { isOttlaError, OttlaError } from '@ottla/core'

/** What is wrong with a record for good, and with nothing else: asking again does not help, and other records can be read. */
const codes = [
  'RECORD_UNREADABLE',
  'RECORD_FORMAT_UNKNOWN',
  'RECORD_CUT_OFF',
  'RECORD_SCHEMA_DIFFERS',
  'RECORD_SCHEMA_INVALID',
  'SCHEMA_UNKNOWN',
  'SCHEMA_INVALID',
  'UPCAST_FAILED',
]

/** Whether a record is unreadable, with one of the codes that say how. */
export function isUnreadable(error: unknown): error is OttlaError {
  return isOttlaError(error, ...codes)
}

/** Where a record lies in the log. */
export interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** The error with the place of its record, in its message and in its details; what is no error of Ottla is given back as it is. */
export function atPlace<E>(error: E, { topic, partition, offset }: RecordPlace): E | OttlaError {
  if (!isOttlaError(error) || error.details.offset !== undefined) return error
  const { code, message, retriable, details, cause } = error
  const text = message.slice(code.length + 2)
  return new OttlaError(code, `${text} It is ${topic}-${partition}@${offset}.`, retriable, { ...details, topic, partition, offset }, { cause })
}
