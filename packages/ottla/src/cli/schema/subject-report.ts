import type { CompatibilityLevel, DeployFirst, SchemaChange } from '@ottla/eventstore'

/**
 * What became of a subject: its schema is a version already, it is the first one, it may be the next version or may not; the code has no such type any more, has
 * it under another name with an alias, or reads it only through an upcaster.
 */
export type SubjectStatus = 'unchanged' | 'new' | 'compatible' | 'incompatible' | 'removed' | 'renamed' | 'upcast'

/** Why the code and one version of a subject do not go together. */
export interface BrokenPromise {
  /** In words: which rule, and what it asks. */
  readonly rule: string
  /** The version, counted from 1; undefined where the registry does not say which. */
  readonly version?: number
  /** A sentence for each reason, with what to do. */
  readonly reasons: readonly string[]
}

/** What `ottla schema check` has to say of one subject. */
export interface SubjectReport {
  readonly subject: string
  readonly kind: 'event' | 'command' | 'record'
  /** Avro name of the type. */
  readonly type: string
  /** Of a renamed one: what it is called now. */
  readonly now?: string
  readonly status: SubjectStatus
  /** The level in force; of a new subject, the one that it will get. */
  readonly level: CompatibilityLevel
  /** How many versions there are. */
  readonly versions: number
  /** What the code has changed since the newest version. */
  readonly changes: readonly SchemaChange[]
  /** Empty unless the code must not be deployed. */
  readonly broken: readonly BrokenPromise[]
  /** What passes and may still surprise. */
  readonly warnings: readonly string[]
  /** Who must have the new schema first; undefined where nothing has changed. */
  readonly deployFirst?: DeployFirst
}

/** Whether the subject forbids that the code is deployed. */
export function isRefused({ broken }: SubjectReport): boolean {
  return broken.length > 0
}
