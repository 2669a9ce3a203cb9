import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { projectionErrors } from '../projection-errors.js'
import { fileFault, isBusy } from './sqlite-fault.js'

export interface ViewFileOptions {
  /** How long SQLite may block the process for the lock of another one once the file is open, in milliseconds. */
  readonly lockTimeout: number
  /** How large the file may grow, in pages of 4 KiB; beyond that it is VIEW_FULL. Default: what the disk takes. */
  readonly maxFilePages?: number
}

/**
 * Opens a view's file for writing and creates it where it is missing. It is in WAL mode, so that any SQLite client can read
 * it meanwhile. `synchronous=NORMAL` is enough: a power cut may take the last transactions away, but rows and checkpoint
 * together, and the log, which is the truth, has the events still.
 *
 * Throws VIEW_DAMAGED, VIEW_FULL, VIEW_UNAVAILABLE.
 */
export function openViewFile(file: string, options: ViewFileOptions): Database.Database {
  return guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    return opened(file, new Database(file, { timeout: 5000 }), database => {
      database.pragma('journal_mode = wal')
      database.pragma('synchronous = normal')
      database.pragma('journal_size_limit = 16777216')
      if (options.maxFilePages) database.pragma(`max_page_count = ${options.maxFilePages}`)
      database.pragma(`busy_timeout = ${options.lockTimeout}`)
    })
  })
}

/** Opens a view's file for reading only. Throws VIEW_MISSING, VIEW_DAMAGED, VIEW_UNAVAILABLE. */
export function openViewForReading(file: string, view: string): Database.Database {
  return guarded(file, () => {
    if (!existsSync(file)) throw projectionErrors.create('VIEW_MISSING', { file, view })
    return opened(file, new Database(file, { readonly: true, fileMustExist: true, timeout: 1000 }), database => {
      if (database.prepare("select 1 from sqlite_master where name = 'ottla_view'").get()) return
      throw projectionErrors.create('VIEW_DAMAGED', { file, error: 'it has no table ottla_view' })
    })
  })
}

/** Runs `work` on a file and gives what is the file's fault its registered error. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fileFault(error, file) ?? folderFault(error, file) ?? error
  }
}

function folderFault(error: unknown, file: string) {
  const { syscall } = error as NodeJS.ErrnoException
  return syscall === undefined ? undefined : projectionErrors.create('VIEW_UNAVAILABLE', { file, error }, { cause: error })
}

function opened(file: string, database: Database.Database, prepare: (database: Database.Database) => void): Database.Database {
  try {
    prepare(database)
    return database
  } catch (error) {
    database.close()
    // Only a file that is being recovered or is not in WAL mode yet can be locked here.
    throw isBusy(error) ? projectionErrors.create('VIEW_UNAVAILABLE', { file, error }, { cause: error }) : error
  }
}
