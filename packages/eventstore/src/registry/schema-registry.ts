/** A schema as the registry keeps it. */
export interface RegisteredSchema {
  readonly id: number
  /** The Avro schema as JSON text, in the form of `canonicalSchema`. */
  readonly schema: string
}

/**
 * The port to a schema registry with Confluent's meaning: a schema has one id for ever, a subject has versions.
 * Subjects follow TopicRecordName (`<topic>-<record name>`), since one topic holds several event types.
 */
export interface SchemaRegistry {
  /**
   * Registers the schema as the subject's newest version, durably, and gives its id. A schema that the subject already has, also
   * in an older version, is not registered again; the same schema in another subject has the same id. Schemas that differ
   * only in white space or in the order of their JSON keys are the same. Rejects with SCHEMA_INVALID.
   */
  register(subject: string, schema: string): Promise<number>
  /** Rejects with SCHEMA_UNKNOWN. */
  schemaById(id: number): Promise<RegisteredSchema>
  /** The newest version of the subject, or undefined when there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>
  /** All versions of the subject, oldest first; empty when there is none. */
  versions(subject: string): Promise<readonly RegisteredSchema[]>
  /** All subjects that have a version, by name. */
  subjects(): Promise<readonly string[]>
}
