import type { CompatibilityLevel } from './compatibility-level.js'

/** A schema as the registry keeps it. */
export interface RegisteredSchema {
  readonly id: number
  /** The Avro schema as JSON text, in the form of `canonicalSchema`. */
  readonly schema: string
}

/** Whether a registry would take a schema as the next version of a subject. */
export interface RegistryVerdict {
  readonly compatible: boolean
  /** The level in force that the verdict comes from. */
  readonly level: CompatibilityLevel
  /** Why not, one sentence each: Ottla's where its own verdict is the same, else the registry's; empty where it is compatible. */
  readonly reasons: readonly string[]
}

/**
 * The port to a schema registry with Confluent's meaning: a schema has one id for ever, a subject has versions.
 * Subjects follow TopicRecordName (`<topic>-<record name>`), since one topic holds several event types.
 */
export interface SchemaRegistry {
  /**
   * Registers the schema as the subject's newest version, durably, and gives its id. A schema that the subject already has, also
   * in an older version, is not registered again; the same schema in another subject has the same id. Schemas that differ
   * only in white space or in the order of their JSON keys are the same. Rejects with SCHEMA_INVALID, and with SCHEMA_INCOMPATIBLE where the level forbids it.
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
  /** The level that the next `register` for this subject, with or without versions, goes by. BACKWARD_TRANSITIVE where nobody has set one: events are kept for ever. */
  compatibility(subject: string): Promise<CompatibilityLevel>
  /** The level that was set for this very subject; undefined where nobody has. (Apicurio answers NONE for a subject with versions and no level.) */
  ownCompatibility(subject: string): Promise<CompatibilityLevel | undefined>
  /** Sets the subject's own level, durably, for what is registered from now on; the subject need not have a version yet. Rejects with COMPATIBILITY_LEVEL_UNKNOWN. */
  setCompatibility(subject: string, level: CompatibilityLevel): Promise<void>
  /**
   * Whether `register` would take the schema now; registers nothing. A schema that the subject has as a version is compatible, as in `register`. Rejects with
   * SCHEMA_INVALID.
   */
  check(subject: string, schema: string): Promise<RegistryVerdict>
}
