import {
  type CompatibilityLevel,
  canonicalSchema,
  compatibilityLevel,
  defaultCompatibility,
  eventstoreErrors,
  type RegisteredSchema,
  type RegistryVerdict,
  refuseIncompatible,
  type SchemaRegistry,
  verdictOn,
} from '@ottla/eventstore'

/** A schema registry that forgets everything when the process ends. */
export class MemoryRegistry implements SchemaRegistry {
  private readonly schemas: string[] = []
  private readonly versionsOf = new Map<string, RegisteredSchema[]>()
  private readonly levels = new Map<string | undefined, CompatibilityLevel>()

  async register(subject: string, schema: string): Promise<number> {
    const canonical = canonicalSchema(schema)
    refuseIncompatible(subject, this.verdict(subject, canonical))
    if (!this.schemas.includes(canonical)) this.schemas.push(canonical)
    const id = this.schemas.indexOf(canonical) + 1
    const versions = this.versionsOf.get(subject) ?? []
    if (!versions.some(version => version.id === id)) this.versionsOf.set(subject, [...versions, { id, schema: canonical }])
    return id
  }

  async schemaById(id: number): Promise<RegisteredSchema> {
    const schema = this.schemas[id - 1]
    if (schema === undefined) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: id })
    return { id, schema }
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.versionsOf.get(subject)?.at(-1)
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.versionsOf.get(subject) ?? []
  }

  async subjects(): Promise<readonly string[]> {
    return [...this.versionsOf.keys()].sort()
  }

  /** Without a subject, the level of those that have none of their own. */
  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    return this.level(subject)
  }

  async ownCompatibility(subject: string): Promise<CompatibilityLevel | undefined> {
    return this.levels.get(subject)
  }

  /** Without a subject, for all that have none of their own. */
  async setCompatibility(subject: string | undefined, level: CompatibilityLevel): Promise<void> {
    this.levels.set(subject, compatibilityLevel(level))
  }

  async check(subject: string, schema: string): Promise<RegistryVerdict> {
    return this.verdict(subject, canonicalSchema(schema))
  }

  private level(subject?: string): CompatibilityLevel {
    return this.levels.get(subject) ?? this.levels.get(undefined) ?? defaultCompatibility
  }

  private verdict(subject: string, canonical: string): RegistryVerdict {
    return verdictOn(canonical, this.level(subject), this.versionsOf.get(subject) ?? [])
  }
}
