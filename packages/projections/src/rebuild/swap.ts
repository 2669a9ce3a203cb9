import type { Database } from 'better-sqlite3'
import { allTables, quoted, quotedList, type ViewTable } from '../view/view-table.js'

/**
 * Replaces everything in the live view by what the file aside holds: tables with their rows and rowids, indexes, triggers,
 * views, meta tables and checkpoint. Belongs into a write transaction on the live view, whose commit is the swap: every
 * reader, in whatever process, sees the old view before it and the new one after it, and nothing in between.
 *
 * `live` must not check foreign keys meanwhile.
 */
export function swapIn(live: Database, aside: string): void {
  live.prepare('attach ? as aside').run(aside)
  dropAll(live)
  const tables = allTables(live, 'aside')
  create(live, "type = 'table' and name not like 'sqlite#_%' escape '#' and sql not like 'create virtual %'", tables)
  create(live, "type = 'table' and sql like 'create virtual %'", tables)
  // A full-text index is copied by the shadow tables that it is kept in, which are otherwise safe from being written to.
  live.unsafeMode(true)
  for (const table of tables) if (table.kind !== 'virtual') copyRows(live, table)
  live.unsafeMode(false)
  copySequences(live)
  // Only now, so that no trigger fires and each index is filled in one go.
  create(live, "type = 'index'", tables)
  create(live, "type = 'view'", tables)
  create(live, "type = 'trigger'", tables)
}

/** Removes everything that the database holds, Ottla's tables too. Belongs into a write transaction. */
export function dropAll(database: Database): void {
  for (const type of ['trigger', 'view']) {
    const names = database.prepare<[string], string>('select name from main.sqlite_master where type = ?').pluck().all(type)
    for (const name of names) database.exec(`drop ${type} main.${quoted(name)}`)
  }
  // A virtual table takes its shadow tables along.
  for (const kind of ['virtual', 'table']) {
    for (const table of allTables(database)) if (table.kind === kind) database.exec(`drop table main.${quoted(table.name)}`)
  }
}

function create(live: Database, which: string, tables: readonly ViewTable[]): void {
  const shadows = new Set(tables.filter(({ kind }) => kind === 'shadow').map(({ name }) => name))
  const objects = live
    .prepare<[], { name: string; sql: string }>(`select name, sql from aside.sqlite_master where sql is not null and ${which} order by rowid`)
    .all()
  for (const { name, sql } of objects) if (!shadows.has(name)) live.exec(sql)
}

function copyRows(live: Database, table: ViewTable): void {
  const name = quoted(table.name)
  if (table.kind === 'shadow') live.exec(`delete from main.${name}`)
  // Rows may be found by their rowid, from a full-text index for example, so it is copied where a name for it is free.
  const rowid = table.withoutRowid ? undefined : ['rowid', '_rowid_', 'oid'].find(alias => !table.columns.some(column => column.toLowerCase() === alias))
  const columns = [...(rowid ? [rowid] : []), quotedList(table.columns)].join(', ')
  live.exec(`insert into main.${name} (${columns}) select ${columns} from aside.${name}`)
}

function copySequences(live: Database): void {
  const has = (schema: string) => live.prepare(`select 1 from ${schema}.sqlite_master where name = 'sqlite_sequence'`).get() !== undefined
  if (has('main')) live.exec('delete from main.sqlite_sequence')
  if (has('aside')) live.exec('insert into main.sqlite_sequence select * from aside.sqlite_sequence')
}
