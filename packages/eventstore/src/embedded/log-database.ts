import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { damaged, onFile } from '../folder/sqlite-failure.js'

/** Says in the file's header that it is a log of Ottla's: "Ottl" in ASCII. */
const applicationId = 0x4f74746c

/** The version of the tables. */
const format = 1

/** Files up to this size are checked page by page when they are opened; of larger ones only what is used is noticed. */
const checkedBytes = 64 * 1024 * 1024

const tables = `
  create table log (name text primary key, value any not null) strict, without rowid;
  -- Topics; the partitions of a topic have the numbers from first_partition on, which are never used again.
  create table topics (
    name text primary key,
    partitions integer not null,
    first_partition integer not null unique,
    retention integer,
    compacted integer not null
  ) strict;
  -- One row for what one transaction wrote to one partition. place: the partition's number and the first offset in one
  -- integer (see place.ts); next: the offset behind the last; newest: the timestamp of the newest record.
  create table batches (
    id integer primary key,
    place integer not null unique,
    next integer not null,
    newest real not null,
    bytes blob not null
  ) strict;
  -- Where a partition begins and at least ends, written when records are deleted: offsets never start again. compacted_to: up to
  -- where only the last record of each key is left.
  create table partition_bounds (
    partition integer primary key,
    begins integer not null default 0,
    ends integer not null default 0,
    compacted_to integer not null default 0
  ) strict;
  create table writers (id text primary key, epoch integer not null) strict, without rowid;
  create table group_offsets (
    group_name text not null,
    partition integer not null,
    offset integer not null,
    primary key (group_name, partition)
  ) strict, without rowid;
`

/** Opens the log's file for writing, and creates it where there is none. Throws LOG_DAMAGED, and then has not changed the file; LOG_FULL, LOG_UNAVAILABLE. */
export function openForWriting(file: string, maxBytes: number | undefined): Database.Database {
  if (existsSync(file) && statSync(file).size > 0) checkFile(file)
  return onFile(file, () => {
    const database = new Database(file, { timeout: 1_000 })
    return configured(database, () => {
      database.pragma('journal_mode = wal')
      database.pragma('synchronous = full')
      if (maxBytes !== undefined) database.pragma(`max_page_count = ${Math.floor(maxBytes / (database.pragma('page_size', { simple: true }) as number))}`)
      if (!isLog(database)) create(database)
      database.prepare("update log set value = value + 1 where name = 'opened'").run()
    })
  })
}

/** Opens the log's file beside the process that writes it. Throws LOG_DAMAGED, LOG_UNAVAILABLE. */
export function openForReading(file: string): Database.Database {
  checkHeader(file)
  return onFile(file, () => {
    const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 1_000 })
    return configured(database, () => requireFormat(database, file))
  })
}

function create(database: Database.Database): void {
  database.transaction(() => {
    database.exec(tables)
    const set = database.prepare('insert into log values (?, ?)')
    set.run('cluster-id', randomUUID())
    set.run('next-partition', 0)
    // Counts the times that the log was opened for writing, and the changes of topics: readers beside the writer notice both.
    set.run('opened', 0)
    set.run('catalog', 0)
    database.pragma(`application_id = ${applicationId}`)
    database.pragma(`user_version = ${format}`)
  })()
}

/** Looks without writing: a connection that may write could change a damaged file only by closing it. */
function checkFile(file: string): void {
  checkHeader(file)
  onFile(file, () => {
    const database = new Database(file, { readonly: true, timeout: 1_000 })
    try {
      const isUnfinished = database.prepare('select 1 from sqlite_master').get() === undefined
      if (!isUnfinished) requireFormat(database, file)
      const found = statSync(file).size <= checkedBytes ? (database.pragma('quick_check(1)', { simple: true }) as string) : 'ok'
      if (found !== 'ok') throw damaged(file, found)
    } finally {
      database.close()
    }
  })
}

function isLog(database: Database.Database): boolean {
  return database.pragma('application_id', { simple: true }) === applicationId
}

function requireFormat(database: Database.Database, file: string): void {
  if (!isLog(database)) throw damaged(file, 'it is no log of Ottla')
  const version = database.pragma('user_version', { simple: true }) as number
  if (version > format) throw damaged(file, `its format is ${version}, and this Ottla knows ${format}`)
}

/** Looks at the file itself, before SQLite does. */
function checkHeader(file: string): void {
  const header = Buffer.alloc(16)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, header.length, 0)
  } finally {
    closeSync(descriptor)
  }
  if (header.toString('latin1', 0, 15) !== 'SQLite format 3') throw damaged(file, 'it is no SQLite file')
}

function configured(database: Database.Database, configure: () => void): Database.Database {
  try {
    configure()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
