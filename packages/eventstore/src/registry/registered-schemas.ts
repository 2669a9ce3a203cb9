import { eventstoreErrors } from '../eventstore-errors.js'
import { canonicalSchema } from './canonical-schema.js'
import type { CompatibilityLevel } from './compatibility-level.js'
import type { RegisteredSchema, RegistryVerdict, SchemaRegistry } from './schema-registry.js'

/** A schema that an app needs in the registry. */
export interface SubjectSchema {
  readonly subject: string
  readonly schema: string
}

/**
 * A registry as an app sees it that may not register by itself (`autoRegister: false`): `register` gives the id of a schema that the subject has, and otherwise rejects with
 * SCHEMAS_NOT_REGISTERED. It asks the registry to write nothing, neither schemas nor levels.
 */
export class RegisteredSchemas implements SchemaRegistry {
  constructor(private readonly registry: SchemaRegistry) {}

  /** Resolves when every one of these schemas is a version of its subject; else rejects with one SCHEMAS_NOT_REGISTERED that names all subjects that lack theirs. */
  async requireAll(schemas: readonly SubjectSchema[]): Promise<void> {
    const missing: string[] = []
    for (const { subject, schema } of schemas) if (!(await this.#find(subject, schema))) missing.push(subject)
    if (missing.length > 0) throw notRegistered(missing)
  }

  async register(subject: string, schema: string): Promise<number> {
    const known = await this.#find(subject, schema)
    if (!known) throw notRegistered([subject])
    return known.id
  }

  schemaById(id: number): Promise<RegisteredSchema> {
    return this.registry.schemaById(id)
  }

  latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.registry.latest(subject)
  }

  versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.registry.versions(subject)
  }

  subjects(): Promise<readonly string[]> {
    return this.registry.subjects()
  }

  compatibility(subject: string): Promise<CompatibilityLevel> {
    return this.registry.compatibility(subject)
  }

  ownCompatibility(subject: string): Promise<CompatibilityLevel | undefined> {
    return this.registry.ownCompatibility(subject)
  }

  /** Rejects with REGISTRY_READ_ONLY. */
  async setCompatibility(subject: string): Promise<void> {
    throw eventstoreErrors.create('REGISTRY_READ_ONLY', { registry: 'an app with autoRegister: false', subject })
  }

  check(subject: string, schema: string): Promise<RegistryVerdict> {
    return this.registry.check(subject, schema)
  }

  async #find(subject: string, schema: string): Promise<RegisteredSchema | undefined> {
    const canonical = canonicalSchema(schema)
    return (await this.registry.versions(subject)).find(version => version.schema === canonical)
  }
}

function notRegistered(subjects: readonly string[]): Error {
  return eventstoreErrors.create('SCHEMAS_NOT_REGISTERED', { subjects: subjects.join(', ') })
}
