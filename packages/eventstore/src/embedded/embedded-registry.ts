import type Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import { onFile } from '../folder/sqlite-failure.js'
import { canonicalSchema } from '../registry/canonical-schema.js'
import { type CompatibilityLevel, compatibilityLevel, defaultCompatibility } from '../registry/compatibility-level.js'
import { refuseIncompatible, verdictOn } from '../registry/next-version.js'
import type { RegisteredSchema, RegistryVerdict, SchemaRegistry } from '../registry/schema-registry.js'

const tables = `
  create table if not exists registry_schemas (id integer primary key, schema text not null unique) strict;
  create table if not exists registry_versions (
    subject text not null,
    version integer not null,
    schema_id integer not null references registry_schemas (id),
    primary key (subject, version),
    unique (subject, schema_id)
  ) strict, without rowid;
  create table if not exists registry_levels (subject text unique, level text not null) strict; -- subject null: the level of those without one
`

/**
 * The schema registry that lies in the embedded log's own file, so that the records and what they were written with are
 * never apart. Ids grow from 1. What `register` has given is as durable as the connection's commits are. Every call rejects with
 * LOG_FULL, LOG_DAMAGED or LOG_UNAVAILABLE where the file is the trouble.
 */
export class EmbeddedRegistry implements SchemaRegistry {
  private prepared: Statements | undefined

  /**
   * @param readOnly whether another process writes the file: the tables may then still be missing, which is as if they were
   * empty, and only what is registered already can be registered.
   */
  constructor(
    private readonly database: Database.Database,
    private readonly readOnly: boolean,
  ) {
    if (!readOnly) this.onFile(() => database.exec(tables))
  }

  async register(subject: string, schema: string): Promise<number> {
    const canonical = canonicalSchema(schema)
    return this.onFile(statements => {
      const known = statements?.version.get(subject, canonical)
      if (known) return known.id
      if (!statements || this.readOnly) throw eventstoreErrors.create('REGISTRY_READ_ONLY', { registry: this.database.name, subject })
      refuseIncompatible(subject, verdictIn(statements, subject, canonical))
      return statements.add(subject, canonical)
    })
  }

  async schemaById(id: number): Promise<RegisteredSchema> {
    const found = this.onFile(statements => statements?.byId.get(id))
    if (!found) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: id })
    return found
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.onFile(statements => statements?.latest.get(subject))
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.onFile(statements => statements?.versions.all(subject) ?? [])
  }

  async subjects(): Promise<readonly string[]> {
    return this.onFile(statements => statements?.subjects.all() ?? []).map(({ subject }) => subject)
  }

  /** Without a subject, the level of those that have none of their own. */
  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    return this.onFile(statements => levelIn(statements, subject))
  }

  /** The level that was set for this very subject, or without one for all others; undefined where none was. */
  async ownCompatibility(subject?: string): Promise<CompatibilityLevel | undefined> {
    return this.onFile(statements => ownLevel(statements, subject))
  }

  /** Without a subject, for all that have none of their own. Rejects with REGISTRY_READ_ONLY, too. */
  async setCompatibility(subject: string | undefined, level: CompatibilityLevel): Promise<void> {
    const known = compatibilityLevel(level)
    this.onFile(statements => {
      if (!statements || this.readOnly) throw eventstoreErrors.create('REGISTRY_READ_ONLY', { registry: this.database.name, subject: subject ?? 'its levels' })
      statements.setLevel(subject, known)
    })
  }

  async check(subject: string, schema: string): Promise<RegistryVerdict> {
    const canonical = canonicalSchema(schema)
    return this.onFile(statements => verdictIn(statements, subject, canonical))
  }

  private onFile<T>(use: (statements: Statements | undefined) => T): T {
    return onFile(this.database.name, () => use(this.statements()))
  }

  private statements(): Statements | undefined {
    if (!this.prepared && hasTable(this.database, 'registry_versions')) this.prepared = prepare(this.database)
    return this.prepared
  }
}

function hasTable(database: Database.Database, name: string): boolean {
  return database.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(name) !== undefined
}

type Statements = ReturnType<typeof prepare>

function levelIn(statements: Statements | undefined, subject: string | undefined): CompatibilityLevel {
  return ownLevel(statements, subject) ?? ownLevel(statements, undefined) ?? defaultCompatibility
}

function ownLevel(statements: Statements | undefined, subject: string | undefined): CompatibilityLevel | undefined {
  const row = statements?.level?.get(subject ?? null)
  return row && compatibilityLevel(row.level)
}

function verdictIn(statements: Statements | undefined, subject: string, canonical: string): RegistryVerdict {
  return verdictOn(canonical, levelIn(statements, subject), statements?.versions.all(subject) ?? [])
}

function prepare(database: Database.Database) {
  const schemaId = database.prepare<[string], { id: number }>('select id from registry_schemas where schema = ?')
  const addSchema = database.prepare<[string]>('insert into registry_schemas (schema) values (?)')
  const addVersion = database.prepare<[string, number, string]>(
    'insert into registry_versions (subject, schema_id, version) select ?, ?, coalesce(max(version), 0) + 1 from registry_versions where subject = ?',
  )
  const ofSubject = 'select s.id, s.schema from registry_versions v join registry_schemas s on s.id = v.schema_id where v.subject = ?'
  return {
    byId: database.prepare<[number], RegisteredSchema>('select id, schema from registry_schemas where id = ?'),
    version: database.prepare<[string, string], RegisteredSchema>(`${ofSubject} and s.schema = ?`),
    latest: database.prepare<[string], RegisteredSchema>(`${ofSubject} order by v.version desc limit 1`),
    versions: database.prepare<[string], RegisteredSchema>(`${ofSubject} order by v.version`),
    subjects: database.prepare<[], { subject: string }>('select distinct subject from registry_versions order by subject'),
    // A file that an older version of Ottla wrote has no levels until it is opened for writing.
    level: hasTable(database, 'registry_levels')
      ? database.prepare<[string | null], { level: string }>('select level from registry_levels where subject is ?')
      : undefined,
    setLevel: database.transaction((subject: string | undefined, level: string): void => {
      database.prepare<[string | null]>('delete from registry_levels where subject is ?').run(subject ?? null)
      database.prepare<[string | null, string]>('insert into registry_levels values (?, ?)').run(subject ?? null, level)
    }),
    add: database.transaction((subject: string, schema: string): number => {
      const id = schemaId.get(schema)?.id ?? Number(addSchema.run(schema).lastInsertRowid)
      addVersion.run(subject, id, subject)
      return id
    }),
  }
}
