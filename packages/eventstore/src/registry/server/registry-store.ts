import type { CompatibilityLevel } from '../compatibility-level.js'

/** That a schema uses types of a version of another subject. */
export interface SchemaReference {
  /** What the schema calls it; for Avro, the full name of the type. */
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema with all that clients of a registry ask about. */
export interface StoredSchema {
  readonly id: number
  /** As it was registered, in the form of `canonicalSchema`. */
  readonly schema: string
  /** In the order in which they were given; empty for most schemas. */
  readonly references: readonly SchemaReference[]
  /** The schema with the types of its references filled in, so that it can be read by itself; the same text where it has none. */
  readonly resolved: string
}

/** A schema as a version of a subject. */
export interface SubjectVersion extends StoredSchema {
  readonly subject: string
  readonly version: number
  /** Whether a client has deleted it: it is out of sight and out of the way, and can be brought back by registering it again, as a new version. */
  readonly deleted: boolean
}

/**
 * What the REST interface of a registry needs of the place where schemas lie. An app needs less: see `SchemaRegistry`. Every change is one transaction and
 * durable when it resolves. Ids are for ever: a schema stays where its versions are deleted, since records may have been written with it.
 */
export interface RegistryStore {
  /** Whether every change is refused with REGISTRY_READ_ONLY, because another process writes. */
  readonly readOnly: boolean
  schema(id: number): Promise<StoredSchema | undefined>
  /** The greatest id so far, 0 where there is none. */
  lastId(): Promise<number>
  /** All versions of the subject with the deleted ones, oldest first; without a subject, of all subjects by name. */
  versions(subject?: string): Promise<readonly SubjectVersion[]>
  /** The versions that have this schema, with the deleted ones. */
  versionsOf(id: number): Promise<readonly SubjectVersion[]>
  /** The versions, with the deleted ones, whose schemas refer to this version. */
  referringTo(subject: string, version: number): Promise<readonly SubjectVersion[]>
  /**
   * The schema with the types of its references filled in, in the form of `canonicalSchema`. Rejects with SCHEMA_INVALID, also where one of the references is
   * nowhere.
   */
  resolve(schema: string, references: readonly SchemaReference[]): Promise<string>
  /**
   * As `SchemaRegistry.register`, which it agrees with: the version that the subject has or gets. Where the filled-in schema is there already, with or without
   * references, it keeps its id and the form in which it was registered first. Rejects with SCHEMA_INVALID, also where it refers to a version that is deleted,
   * and with SCHEMA_INCOMPATIBLE.
   */
  register(subject: string, schema: string, references: readonly SchemaReference[]): Promise<SubjectVersion>
  /** Marks versions as deleted. */
  delete(subject: string, versions: readonly number[]): Promise<void>
  /** Forgets versions, and the level of the subject with the last of them. */
  forget(subject: string, versions: readonly number[]): Promise<void>
  /** The level in force, without a subject that of all without one. */
  compatibility(subject?: string): Promise<CompatibilityLevel>
  /** The level that was set for this very subject, or without one for all others. */
  ownCompatibility(subject?: string): Promise<CompatibilityLevel | undefined>
  /** Sets it, or takes it away. */
  setCompatibility(subject: string | undefined, level: CompatibilityLevel | undefined): Promise<void>
}
