import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { isBusy } from '../view/sqlite-fault.js'
import { guarded } from '../view/view-file.js'

/** A file beside a view in which it is built anew. Whoever builds holds SQLite's lock on it, which the system releases when the process dies. */
export interface AsideFile {
  readonly file: string
  readonly database: Database.Database
  /** Closes and removes the file. */
  remove(): void
}

/** Creates an empty file aside and locks it. It is worth nothing after a crash, so nothing waits for the disk. */
export function createAside(folder: string, view: string, maxFilePages?: number): AsideFile {
  const file = join(folder, `${view}.rebuild-${process.pid}-${randomUUID().slice(0, 8)}.sqlite`)
  return guarded(file, () => {
    mkdirSync(folder, { recursive: true })
    const database = new Database(file)
    database.pragma('locking_mode = exclusive')
    database.pragma('journal_mode = memory')
    database.pragma('synchronous = off')
    if (maxFilePages) database.pragma(`max_page_count = ${maxFilePages}`)
    database.exec('begin exclusive; commit')
    return {
      file,
      database,
      remove() {
        database.close()
        removeFile(file)
      },
    }
  })
}

/** Removes what rebuilds of this view have left behind that were killed. */
export function removeStaleAsides(folder: string, view: string): void {
  guarded(folder, () => {
    mkdirSync(folder, { recursive: true })
    for (const name of readdirSync(folder)) {
      const file = join(folder, name)
      if (name.startsWith(`${view}.rebuild-`) && name.endsWith('.sqlite') && !isInUse(file)) removeFile(file)
    }
  })
}

function isInUse(file: string): boolean {
  const database = new Database(file, { timeout: 0 })
  try {
    database.exec('begin exclusive; rollback')
    return false
  } catch (error) {
    return isBusy(error)
  } finally {
    database.close()
  }
}

function removeFile(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}
