/** A schema as the registry keeps it. */
export interface RegisteredSchema {
  readonly id: number
  /** The Avro schema as JSON text. */
  readonly schema: string
}

/**
 * The port to a schema registry with Confluent's meaning: a schema has one id for ever, a subject has versions.
 * Subjects follow TopicRecordName (`<topic>-<record name>`), since one topic holds several event types.
 */
export interface SchemaRegistry {
  /** Registers the schema in the subject and gives its id; the same schema again gives the same id. */
  register(subject: string, schema: string): Promise<number>
  /** Rejects with SCHEMA_UNKNOWN. */
  schemaById(id: number): Promise<RegisteredSchema>
  /** The newest version of the subject, or undefined when there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>
  subjects(): Promise<readonly string[]>
}
