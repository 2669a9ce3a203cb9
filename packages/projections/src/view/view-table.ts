import type { Database } from 'better-sqlite3'

/** A table of a view as SQLite describes it. */
export interface ViewTable {
  readonly name: string
  /** The columns that can be written, in the order of the table; generated ones are not among them. */
  readonly columns: readonly string[]
  /** The columns of the primary key, in its order; empty when the table has none. */
  readonly key: readonly string[]
  readonly withoutRowid: boolean
  /** A shadow table holds what a virtual table such as a full-text index keeps. */
  readonly kind: 'table' | 'virtual' | 'shadow'
}

/** The tables of the projection's own schema in this database (or in one that is attached to it): all but SQLite's and Ottla's. */
export function userTables(database: Database, schema = 'main'): ViewTable[] {
  return allTables(database, schema).filter(({ name, kind }) => kind !== 'shadow' && !name.startsWith('ottla_'))
}

/** Every table but SQLite's own, with Ottla's and with the shadow tables of virtual ones. */
export function allTables(database: Database, schema = 'main'): ViewTable[] {
  const tables = database
    .prepare<[string], { name: string; type: string; wr: number }>(
      "select name, type, wr from pragma_table_list where schema = ? and type <> 'view' and name not like 'sqlite#_%' escape '#' order by name",
    )
    .all(schema)
  const columns = database.prepare<[string, string], { name: string; pk: number }>(
    'select name, pk from pragma_table_xinfo(?, ?) where hidden = 0 order by cid',
  )
  return tables.map(({ name, type, wr }) => {
    const found = columns.all(name, schema)
    const key = found.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
    return { name, kind: type as ViewTable['kind'], withoutRowid: wr === 1, columns: found.map(c => c.name), key: key.map(c => c.name) }
  })
}

/** A name as it stands in SQL, whatever characters it has. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Names in SQL, joined by commas. */
export const quotedList = (names: readonly string[]): string => names.map(quoted).join(', ')
