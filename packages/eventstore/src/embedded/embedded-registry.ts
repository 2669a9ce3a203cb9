import type Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import { onFile } from '../folder/sqlite-failure.js'
import { canonicalSchema } from '../registry/canonical-schema.js'
import { type CompatibilityLevel, compatibilityLevel } from '../registry/compatibility-level.js'
import { refuseIncompatible, verdictOn } from '../registry/next-version.js'
import type { RegisteredSchema, RegistryVerdict, SchemaRegistry } from '../registry/schema-registry.js'
import type { RegistryStore } from '../registry/server/registry-store.js'
import { EmbeddedRegistryStore } from './embedded-registry-store.js'
import { levelIn, ownLevel } from './registry-levels.js'
import { RegistryRows } from './registry-rows.js'
import { createRegistryTables, hasTable } from './registry-tables.js'

/**
 * The schema registry that lies in the embedded log's own file, so that the records and what they were written with are
 * never apart. Ids grow from 1. What `register` has given is as durable as the connection's commits are. Every call rejects with
 * LOG_FULL, LOG_DAMAGED or LOG_UNAVAILABLE where the file is the trouble.
 */
export class EmbeddedRegistry implements SchemaRegistry {
  private prepared: RegistryRows | undefined

  /**
   * @param readOnly whether another process writes the file: the tables may then still be missing, which is as if they were
   * empty, and only what is registered already can be registered.
   */
  constructor(
    private readonly database: Database.Database,
    private readonly readOnly: boolean,
  ) {
    if (!readOnly) onFile(database.name, () => createRegistryTables(database))
  }

  async register(subject: string, schema: string): Promise<number> {
    const canonical = canonicalSchema(schema)
    return this.onFile(rows => {
      const known = rows?.version.get(subject, canonical)
      if (known) return known.id
      if (!rows || this.readOnly) throw eventstoreErrors.create('REGISTRY_READ_ONLY', { registry: this.database.name, subject })
      refuseIncompatible(subject, verdictIn(rows, subject, canonical))
      return rows.add(subject, canonical)
    })
  }

  async schemaById(id: number): Promise<RegisteredSchema> {
    const found = this.onFile(rows => rows?.byId.get(id))
    if (!found) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: id })
    return found
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.onFile(rows => rows?.latest.get(subject))
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.onFile(rows => rows?.versions.all(subject) ?? [])
  }

  async subjects(): Promise<readonly string[]> {
    return this.onFile(rows => rows?.subjects.all() ?? [])
  }

  /** Without a subject, the level of those that have none of their own. */
  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    return this.onFile(rows => levelIn(rows, subject))
  }

  /** The level that was set for this very subject, or without one for all others; undefined where none was. */
  async ownCompatibility(subject?: string): Promise<CompatibilityLevel | undefined> {
    return this.onFile(rows => ownLevel(rows, subject))
  }

  /** Without a subject, for all that have none of their own. Rejects with REGISTRY_READ_ONLY, too. */
  async setCompatibility(subject: string | undefined, level: CompatibilityLevel): Promise<void> {
    const known = compatibilityLevel(level)
    this.onFile(rows => {
      if (!rows || this.readOnly) throw eventstoreErrors.create('REGISTRY_READ_ONLY', { registry: this.database.name, subject: subject ?? 'its levels' })
      rows.setLevel(subject, known)
    })
  }

  async check(subject: string, schema: string): Promise<RegistryVerdict> {
    const canonical = canonicalSchema(schema)
    return this.onFile(rows => verdictIn(rows, subject, canonical))
  }

  /** The same schemas for the REST interface: see `serveRegistry`. */
  store(): RegistryStore {
    return new EmbeddedRegistryStore(this.database, this.readOnly)
  }

  private onFile<T>(use: (rows: RegistryRows | undefined) => T): T {
    return onFile(this.database.name, () => use(this.rows()))
  }

  private rows(): RegistryRows | undefined {
    if (!this.prepared && hasTable(this.database, 'registry_versions')) this.prepared = new RegistryRows(this.database)
    return this.prepared
  }
}

function verdictIn(rows: RegistryRows | undefined, subject: string, canonical: string): RegistryVerdict {
  return verdictOn(canonical, levelIn(rows, subject), rows?.versions.all(subject) ?? [])
}
