import type { OttlaError } from '@ottla/core'
import Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'

/** Whether `error` is SQLite's and its code is `code` or one of that code's finer ones (`SQLITE_IOERR_WRITE` of `SQLITE_IOERR`). */
export function hasSqliteCode(error: unknown, code: string): boolean {
  return error instanceof Database.SqliteError && (error.code === code || error.code.startsWith(`${code}_`))
}

/** An error of SQLite on the file `file` as one of Ottla's; other errors stay as they are. */
export function logFailure(error: unknown, file: string): Error {
  const options = { cause: error }
  if (hasSqliteCode(error, 'SQLITE_FULL')) return eventstoreErrors.create('LOG_FULL', { log: file, error }, options)
  if (hasSqliteCode(error, 'SQLITE_CORRUPT') || hasSqliteCode(error, 'SQLITE_NOTADB')) return damaged(file, error)
  if (error instanceof Database.SqliteError) return eventstoreErrors.create('LOG_UNAVAILABLE', { log: file, error }, options)
  return error as Error
}

/** `error` says what is wrong with the file. */
export function damaged(file: string, error: unknown): OttlaError {
  return eventstoreErrors.create('LOG_DAMAGED', { file, error }, { cause: error })
}

/** Runs `work` on the file and gives what it gives; what SQLite throws is thrown as an error of Ottla's. */
export function onFile<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw logFailure(error, file)
  }
}
