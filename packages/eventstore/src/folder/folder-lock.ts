import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { DataFolder } from './data-folder.js'
import { hasSqliteCode } from './sqlite-failure.js'

/** How long to wait between two tries, in milliseconds. */
const retryDelay = 20

/**
 * Keeps other processes from writing: an exclusive transaction that stays open on a SQLite file of its own. The operating
 * system ends it when the process dies, however it dies, so there is never a stale lock to clear.
 */
export class FolderLock {
  private constructor(private readonly database: Database.Database) {}

  /** Waits up to `timeout` milliseconds for another holder. Rejects with LOG_IN_USE, LOG_FOLDER_INVALID. */
  static async take(folder: DataFolder, timeout: number): Promise<FolderLock> {
    for (let waited = 0; ; waited += retryDelay) {
      const lock = tryLock(folder)
      if (lock) return new FolderLock(lock)
      if (waited >= timeout) throw eventstoreErrors.create('LOG_IN_USE', { folder: folder.path })
      // Not by the injected clock: its timers do not keep the process alive, and the other process knows only real time.
      await sleep(retryDelay)
    }
  }

  release(): void {
    this.database.close()
  }
}

function tryLock(folder: DataFolder): Database.Database | undefined {
  let database: Database.Database | undefined
  try {
    database = new Database(folder.lock, { timeout: 0 })
    database.exec('begin exclusive')
    return database
  } catch (error) {
    database?.close()
    if (hasSqliteCode(error, 'SQLITE_BUSY')) return undefined
    throw folder.invalid(`its lock file cannot be used: ${(error as Error).message}`)
  }
}
