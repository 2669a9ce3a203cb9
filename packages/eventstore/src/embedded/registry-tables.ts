import type Database from 'better-sqlite3'

const tables = `
  create table if not exists registry_schemas (id integer primary key, schema text not null unique) strict;
  create table if not exists registry_versions (
    subject text not null,
    version integer not null,
    schema_id integer not null references registry_schemas (id),
    deleted integer not null default 0, -- 1 once a client has deleted it; a later registration of the schema makes a new version
    primary key (subject, version),
    unique (subject, schema_id)
  ) strict, without rowid;
  create table if not exists registry_levels (subject text unique, level text not null) strict; -- subject null: the level of those without one
  -- Schemas that name types of other subjects: as they were registered, while registry_schemas has them with these types filled in.
  create table if not exists registry_references (
    schema_id integer primary key references registry_schemas (id),
    written text not null,
    names text not null -- [{ name, subject, version }]
  ) strict;
`

/** Makes the tables of the schema registry, or adds what a file of an older Ottla lacks, in one transaction. */
export function createRegistryTables(database: Database.Database): void {
  database.transaction(() => {
    database.exec(tables)
    if (!hasColumn(database, 'deleted')) database.exec('alter table registry_versions add column deleted integer not null default 0')
  })()
}

export function hasTable(database: Database.Database, name: string): boolean {
  return database.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(name) !== undefined
}

/** Whether the table of versions has this column. */
export function hasColumn(database: Database.Database, name: string): boolean {
  return database.prepare("select 1 from pragma_table_info('registry_versions') where name = ?").get(name) !== undefined
}
