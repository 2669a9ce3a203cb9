import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/** Beside a file that was found damaged while in use: it is made anew when it is opened again. */
const damaged = '.damaged'

/** Files up to this size are looked through when they are opened; damage in larger ones shows when it is met. */
const checkedBytes = 64 * 1024 * 1024

/** Opens the SQLite file of the state store, with these tables. A damaged file, or one that `noteDamage` was called for, is made anew. */
export function openStateFile(file: string, schema: string): Database.Database {
  if (existsSync(file + damaged)) remove(file)
  try {
    return prepareFile(checked(file), schema)
  } catch (error) {
    if (!isDamage(error)) throw error
    remove(file)
    return prepareFile(new Database(file), schema)
  }
}

/** Where the error says that the file is damaged, it will be made anew when it is opened the next time. */
export function noteDamage(database: Database.Database, error: unknown): void {
  if (isDamage(error) && !database.memory) writeFileSync(database.name + damaged, '')
}

function isDamage(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
}

function checked(file: string): Database.Database {
  const database = new Database(file)
  if (file === ':memory:' || statSync(file).size > checkedBytes || database.pragma('quick_check(1)', { simple: true }) === 'ok') return database
  database.close()
  remove(file)
  return new Database(file)
}

function remove(file: string): void {
  for (const suffix of ['', '-wal', '-shm', damaged]) rmSync(file + suffix, { force: true })
}

function prepareFile(database: Database.Database, schema: string): Database.Database {
  try {
    database.pragma('journal_mode = wal')
    // A power cut may lose the last writes but never mixes old and new ones; the log has them all.
    database.pragma('synchronous = normal')
    database.pragma('wal_autocheckpoint = 10000')
    database.pragma('cache_size = -65536')
    database.exec(schema)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
