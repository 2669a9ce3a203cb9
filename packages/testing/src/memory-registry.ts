import { canonicalSchema, eventstoreErrors, type RegisteredSchema, type SchemaRegistry } from '@ottla/eventstore'

/** A schema registry that forgets everything when the process ends. */
export class MemoryRegistry implements SchemaRegistry {
  private readonly schemas: string[] = []
  private readonly versionsOf = new Map<string, RegisteredSchema[]>()

  async register(subject: string, schema: string): Promise<number> {
    const canonical = canonicalSchema(schema)
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
}
