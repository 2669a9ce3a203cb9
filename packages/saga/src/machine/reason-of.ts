import { isOttlaError } from '@ottla/core'
import type { Reason } from './progress.js'

/** An error as the reason of a saga: its code and what it says. */
export function reasonOf(error: unknown): Reason {
  if (isOttlaError(error)) return { code: error.code, details: error.message }
  return { code: 'SAGA_METHOD_FAILED', details: String(error) }
}
