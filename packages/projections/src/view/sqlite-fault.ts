import type { OttlaError } from '@ottla/core'
import { projectionErrors } from '../projection-errors.js'

/** SQLite's code of an error, or '' when it is not SQLite's. */
export const sqliteCode = (error: unknown): string => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : ''
}

/** Whether another connection holds the file's write lock: no error, try again. */
export const isBusy = (error: unknown): boolean => sqliteCode(error).startsWith('SQLITE_BUSY')

/**
 * The registered error when `error` is the file's or the disk's fault and not that of the SQL: VIEW_FULL, VIEW_DAMAGED or
 * VIEW_UNAVAILABLE; otherwise undefined.
 */
export function fileFault(error: unknown, file: string): OttlaError | undefined {
  const code = sqliteCode(error)
  const details = { file, error }
  if (code === 'SQLITE_FULL') return projectionErrors.create('VIEW_FULL', details, { cause: error })
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return projectionErrors.create('VIEW_DAMAGED', details, { cause: error })
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|NOLFS|PROTOCOL)/.test(code)) return projectionErrors.create('VIEW_UNAVAILABLE', details, { cause: error })
  return undefined
}
