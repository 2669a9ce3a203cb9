import { coreErrors, type OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Tap } from './tap.js'

/** Bytes that are no value of their type. The codec names the message. */
export function unreadable(problem: string): OttlaError {
  return eventstoreErrors.create('RECORD_UNREADABLE', { message: 'a value', problem })
}

/** Bytes that end before their value does. The codec names the message. */
export function cutOff({ buf }: Tap): OttlaError {
  return eventstoreErrors.create('RECORD_CUT_OFF', { message: 'a value', bytes: buf.length })
}

/** A value that cannot be written as its type. The codec names the message and the paths. */
export function unwritable(what: string): OttlaError {
  return coreErrors.create('MESSAGE_INVALID', { message: 'a value', problems: `it is not ${what}` })
}
