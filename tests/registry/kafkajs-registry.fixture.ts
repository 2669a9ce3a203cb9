import { SchemaRegistry as Client, SchemaType } from '@kafkajs/confluent-schema-registry'
import { type CompatibilityLevel, eventstoreErrors, type RegisteredSchema, type RegistryVerdict, type SchemaRegistry } from '@ottla/eventstore'
import { HttpRegistry } from '@ottla/eventstore/kafka'

/**
 * A registry as a program with @kafkajs/confluent-schema-registry has it: registering, schemas by id and the latest one go through that client, and what it has
 * no requests for (versions, levels, verdicts, the list of subjects) through Ottla's.
 */
export class KafkajsRegistry implements SchemaRegistry {
  private readonly client: Client
  private readonly others: HttpRegistry

  constructor(url: string) {
    this.client = new Client({ host: url, retry: { retries: 0 } })
    this.others = new HttpRegistry({ url })
  }

  close(): void {
    this.others.close()
  }

  /**
   * The client refuses a level that is not the one it is given, so it is given the one that is in force; and types without a name, so those go the other way.
   */
  async register(subject: string, schema: string): Promise<number> {
    const compatibility = await this.compatibility(subject)
    if (schema === '"int"') return this.others.register(subject, schema)
    const registering = this.client.register({ type: SchemaType.AVRO, schema }, { subject, compatibility: compatibility as never })
    return (await registering.catch(error => Promise.reject(errorFor(error, subject, schema, compatibility)))).id
  }

  /** The client keeps of a schema what avsc does, which is less than its text. */
  async schemaById(id: number): Promise<RegisteredSchema> {
    try {
      await this.client.getSchema(id)
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error
      throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: id })
    }
    return this.others.schemaById(id)
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    try {
      return await this.others.schemaById(await this.client.getLatestSchemaId(subject))
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error
      return undefined
    }
  }

  versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.others.versions(subject)
  }

  subjects(): Promise<readonly string[]> {
    return this.others.subjects()
  }

  compatibility(subject: string): Promise<CompatibilityLevel> {
    return this.others.compatibility(subject)
  }

  ownCompatibility(subject: string): Promise<CompatibilityLevel | undefined> {
    return this.others.ownCompatibility(subject)
  }

  setCompatibility(subject: string, level: CompatibilityLevel): Promise<void> {
    return this.others.setCompatibility(subject, level)
  }

  check(subject: string, schema: string): Promise<RegistryVerdict> {
    return this.others.check(subject, schema)
  }
}

/** The port's errors; what the client finds wrong before it asks has no status. */
function errorFor(error: unknown, subject: string, schema: string, level: string): unknown {
  const { status, message } = error as { status?: number; message: string }
  if (status === 409) return eventstoreErrors.create('SCHEMA_INCOMPATIBLE', { subject, level, reason: message })
  if (status === 422 || status === undefined) return eventstoreErrors.create('SCHEMA_INVALID', { schema, problem: message })
  return error
}
