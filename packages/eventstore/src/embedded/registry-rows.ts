import type Database from 'better-sqlite3'
import type { RegisteredSchema } from '../registry/schema-registry.js'
import type { SchemaReference, StoredSchema, SubjectVersion } from '../registry/server/registry-store.js'
import { hasColumn, hasTable } from './registry-tables.js'

interface SchemaRow {
  readonly id: number
  readonly schema: string
  readonly written: string | null
  readonly names: string | null
}

interface VersionRow extends SchemaRow {
  readonly subject: string
  readonly version: number
  readonly deleted: number
}

/**
 * What lies in the tables of the registry, once they are there. A file that an older Ottla wrote lacks some of them until it is opened for writing, which is as
 * if they were empty. What writes runs in transactions, and throws where the file is open for reading only.
 */
export class RegistryRows {
  readonly byId: Database.Statement<[number], RegisteredSchema>
  /** The version with this schema; like the next ones, without the deleted versions. */
  readonly version: Database.Statement<[string, string], RegisteredSchema>
  readonly latest: Database.Statement<[string], RegisteredSchema>
  readonly versions: Database.Statement<[string], RegisteredSchema>
  readonly subjects: Database.Statement<[], string>
  readonly lastId: Database.Statement<[], number>
  private readonly level: Database.Statement<[string | null], string> | undefined
  private readonly joined: string
  private readonly withReferences: string

  constructor(private readonly database: Database.Database) {
    const versions = hasColumn(database, 'deleted') ? 'registry_versions' : '(select subject, version, schema_id, 0 as deleted from registry_versions)'
    const names = hasTable(database, 'registry_references') ? 'registry_references' : '(select null as schema_id, null as written, null as names)'
    const live = `select s.id, s.schema from ${versions} v join registry_schemas s on s.id = v.schema_id where v.deleted = 0 and v.subject = ?`
    this.byId = database.prepare('select id, schema from registry_schemas where id = ?')
    this.version = database.prepare(`${live} and s.schema = ?`)
    this.latest = database.prepare(`${live} order by v.version desc limit 1`)
    this.versions = database.prepare(`${live} order by v.version`)
    this.subjects = database.prepare<[], string>(`select distinct subject from ${versions} where deleted = 0 order by subject`).pluck()
    this.lastId = database.prepare<[], number>('select coalesce(max(id), 0) from registry_schemas').pluck()
    this.level = hasTable(database, 'registry_levels')
      ? database.prepare<[string | null], string>('select level from registry_levels where subject is ?').pluck()
      : undefined
    this.withReferences = `select s.id, s.schema, r.written, r.names from registry_schemas s left join ${names} r on r.schema_id = s.id`
    this.joined = `select v.subject, v.version, v.deleted, x.* from ${versions} v join (${this.withReferences}) x on x.id = v.schema_id`
  }

  ownLevel(subject: string | undefined): string | undefined {
    return this.level?.get(subject ?? null)
  }

  /** Without a level, takes the own one away. */
  setLevel(subject: string | undefined, level: string | undefined): void {
    this.changing(() => {
      this.database.prepare<[string | null]>('delete from registry_levels where subject is ?').run(subject ?? null)
      if (level) this.database.prepare<[string | null, string]>('insert into registry_levels values (?, ?)').run(subject ?? null, level)
    })
  }

  stored(id: number): StoredSchema | undefined {
    const row = this.database.prepare<[number], SchemaRow>(`${this.withReferences} where s.id = ?`).get(id)
    return row && storedSchema(row)
  }

  /** With the deleted ones; without a subject, of all. */
  allVersions(subject?: string): readonly SubjectVersion[] {
    const where = subject === undefined ? '' : 'where v.subject = :subject'
    return this.select(`${where} order by v.subject, v.version`, { subject })
  }

  versionsOf(id: number): readonly SubjectVersion[] {
    return this.select('where x.id = :id order by v.subject, v.version', { id })
  }

  referringTo(subject: string, version: number): readonly SubjectVersion[] {
    const refers = "value ->> 'subject' = :subject and value ->> 'version' = :version"
    return this.select(`where exists (select 1 from json_each(x.names) where ${refers}) order by x.id, v.subject`, { subject, version })
  }

  /** The next version of the subject. A version with this schema that was deleted goes; its number is not used again. */
  add(subject: string, schema: string, written?: { readonly schema: string; readonly references: readonly SchemaReference[] }): number {
    return this.changing(() => {
      const id = this.idOf(schema) ?? this.newId(schema, written)
      const newest = this.database.prepare<[string], number>('select coalesce(max(version), 0) from registry_versions where subject = ?').pluck().get(subject)
      this.database.prepare('delete from registry_versions where subject = ? and schema_id = ?').run(subject, id)
      this.database.prepare('insert into registry_versions (subject, schema_id, version) values (?, ?, ?)').run(subject, id, (newest ?? 0) + 1)
      return id
    })
  }

  delete(subject: string, versions: readonly number[]): void {
    const mark = this.database.prepare('update registry_versions set deleted = 1 where subject = ? and version = ?')
    this.changing(() => versions.forEach(version => void mark.run(subject, version)))
  }

  forget(subject: string, versions: readonly number[]): void {
    const remove = this.database.prepare('delete from registry_versions where subject = ? and version = ?')
    this.changing(() => {
      for (const version of versions) remove.run(subject, version)
      if (this.allVersions(subject).length === 0) this.setLevel(subject, undefined)
    })
  }

  private idOf(schema: string): number | undefined {
    return this.database.prepare<[string], number>('select id from registry_schemas where schema = ?').pluck().get(schema)
  }

  private newId(schema: string, written: { readonly schema: string; readonly references: readonly SchemaReference[] } | undefined): number {
    const id = Number(this.database.prepare('insert into registry_schemas (schema) values (?)').run(schema).lastInsertRowid)
    if (written) {
      const insert = this.database.prepare('insert into registry_references values (?, ?, ?)')
      insert.run(id, written.schema, JSON.stringify(written.references))
    }
    return id
  }

  private select(condition: string, values: Readonly<Record<string, unknown>>): readonly SubjectVersion[] {
    const rows = this.database.prepare<[typeof values], VersionRow>(`${this.joined} ${condition}`).all(values)
    return rows.map(row => ({ ...storedSchema(row), subject: row.subject, version: row.version, deleted: row.deleted === 1 }))
  }

  private changing<T>(change: () => T): T {
    return this.database.transaction(change)()
  }
}

function storedSchema({ id, schema, written, names }: SchemaRow): StoredSchema {
  return { id, schema: written ?? schema, references: names === null ? [] : (JSON.parse(names) as SchemaReference[]), resolved: schema }
}
