import type Database from 'better-sqlite3'
import { parseSchema } from '../compatibility/parse-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import { onFile } from '../folder/sqlite-failure.js'
import { canonicalSchema } from '../registry/canonical-schema.js'
import { type CompatibilityLevel, compatibilityLevel } from '../registry/compatibility-level.js'
import { fillInTypes } from '../registry/fill-in-types.js'
import { refuseIncompatible, verdictOn } from '../registry/next-version.js'
import type { RegistryStore, SchemaReference, StoredSchema, SubjectVersion } from '../registry/server/registry-store.js'
import { levelIn, ownLevel } from './registry-levels.js'
import { RegistryRows } from './registry-rows.js'
import { hasTable } from './registry-tables.js'

/** The schemas in the embedded log's own file as the REST interface needs them: those of `EmbeddedRegistry`, in the same tables. */
export class EmbeddedRegistryStore implements RegistryStore {
  private prepared: RegistryRows | undefined

  /** @param readOnly as with `EmbeddedRegistry`, which has made the tables. */
  constructor(
    private readonly database: Database.Database,
    readonly readOnly: boolean,
  ) {}

  async schema(id: number): Promise<StoredSchema | undefined> {
    return this.onFile(rows => rows?.stored(id))
  }

  async lastId(): Promise<number> {
    return this.onFile(rows => rows?.lastId.get() ?? 0)
  }

  async versions(subject?: string): Promise<readonly SubjectVersion[]> {
    return this.onFile(rows => rows?.allVersions(subject) ?? [])
  }

  async versionsOf(id: number): Promise<readonly SubjectVersion[]> {
    return this.onFile(rows => rows?.versionsOf(id) ?? [])
  }

  async referringTo(subject: string, version: number): Promise<readonly SubjectVersion[]> {
    return this.onFile(rows => rows?.referringTo(subject, version) ?? [])
  }

  async resolve(schema: string, references: readonly SchemaReference[]): Promise<string> {
    return this.onFile(rows => resolveIn(rows, canonicalSchema(schema), references, () => true))
  }

  async register(subject: string, schema: string, references: readonly SchemaReference[]): Promise<SubjectVersion> {
    const written = { schema: canonicalSchema(schema), references }
    return this.onFile(rows => {
      const resolved = resolveIn(rows, written.schema, references, ({ deleted }) => !deleted)
      const find = () => rows?.allVersions(subject).find(version => !version.deleted && version.resolved === resolved)
      const known = find()
      if (known) return known
      const writable = this.writable(rows, subject)
      refuseIncompatible(subject, verdictOn(resolved, levelIn(rows, subject), writable.versions.all(subject)))
      writable.add(subject, resolved, references.length > 0 ? written : undefined)
      return find() as SubjectVersion
    })
  }

  async delete(subject: string, versions: readonly number[]): Promise<void> {
    this.onFile(rows => this.writable(rows, subject).delete(subject, versions))
  }

  async forget(subject: string, versions: readonly number[]): Promise<void> {
    this.onFile(rows => this.writable(rows, subject).forget(subject, versions))
  }

  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    return this.onFile(rows => levelIn(rows, subject))
  }

  async ownCompatibility(subject?: string): Promise<CompatibilityLevel | undefined> {
    return this.onFile(rows => ownLevel(rows, subject))
  }

  async setCompatibility(subject: string | undefined, level: CompatibilityLevel | undefined): Promise<void> {
    const known = level === undefined ? undefined : compatibilityLevel(level)
    this.onFile(rows => this.writable(rows, subject ?? 'its levels').setLevel(subject, known))
  }

  private writable(rows: RegistryRows | undefined, subject: string): RegistryRows {
    if (!rows || this.readOnly) throw eventstoreErrors.create('REGISTRY_READ_ONLY', { registry: this.database.name, subject })
    return rows
  }

  private onFile<T>(use: (rows: RegistryRows | undefined) => T): T {
    return onFile(this.database.name, () => {
      if (!this.prepared && hasTable(this.database, 'registry_versions')) this.prepared = new RegistryRows(this.database)
      return use(this.prepared)
    })
  }
}

function resolveIn(
  rows: RegistryRows | undefined,
  canonical: string,
  references: readonly SchemaReference[],
  counts: (version: SubjectVersion) => boolean,
): string {
  const others = references.map(({ name, subject, version }) => {
    const referred = rows?.allVersions(subject).find(each => each.version === version && counts(each))
    if (referred) return referred.resolved
    const problem = `it refers to ${name} in version ${version} of subject ${subject}, which does not exist`
    throw eventstoreErrors.create('SCHEMA_INVALID', { schema: canonical.slice(0, 80), problem })
  })
  const resolved = references.length > 0 ? fillInTypes(canonical, others) : canonical
  parseSchema(resolved)
  return resolved
}
