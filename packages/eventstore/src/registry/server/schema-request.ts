import type { RegistryStore, SchemaReference } from './registry-store.js'
import { refusals } from './rest-error.js'
import { latestVersion, members, type RestRequest, subjectNamed } from './rest-request.js'

/** A schema that a client sends, to be registered, looked up or checked. */
export interface SentSchema {
  readonly schema: string
  readonly references: readonly SchemaReference[]
  /** With the types of its references filled in. */
  readonly resolved: string
  /** The version that it is to be, where the client says so. */
  readonly version: number | undefined
}

const names = [
  'schema',
  'schemaType',
  'references',
  'id',
  'version',
  'metadata',
  'ruleSet',
  'schemaTagsToAdd',
  'schemaTagsToRemove',
  'propagateSchemaTags',
] as const

/** What a registry with rules, tags or metadata takes, and this one would have to ignore. */
const unsupported = ['metadata', 'ruleSet', 'schemaTagsToAdd', 'schemaTagsToRemove'] as const

/** The schema in a request, complete. Rejects with 422, 42201, SCHEMA_INVALID and, for an id that the client chose, 42205. */
export async function sentSchema(store: RegistryStore, request: RestRequest, subject: string): Promise<SentSchema> {
  const { schema, schemaType, references, id, version, ...others } = members(request, names)
  const ignored = unsupported.find(name => isSomething(others[name]))
  if (ignored) throw refusals.bodyInvalid(`This registry keeps no ${ignored}`)
  if (schemaType !== undefined && schemaType !== null && schemaType !== 'AVRO')
    throw refusals.schemaInvalid(`Invalid schema type ${JSON.stringify(schemaType)}: this registry has AVRO`)
  if (typeof id === 'number' && id >= 0) throw refusals.notPermitted(`Subject ${subject} in context . is not in import mode`)
  if (typeof schema !== 'string' || schema.trim() === '') throw refusals.schemaInvalid('Empty schema')
  const named = await Promise.all(listOf(references).map(reference => sentReference(store, reference)))
  return { schema, references: named, resolved: await store.resolve(schema, named), version: typeof version === 'number' && version > 0 ? version : undefined }
}

function listOf(references: unknown): readonly unknown[] {
  if (references === undefined || references === null) return []
  if (!Array.isArray(references)) throw refusals.bodyInvalid('references must be a list')
  return references
}

/** `-1` is the newest version at the time of the request. */
async function sentReference(store: RegistryStore, sent: unknown): Promise<SchemaReference> {
  const { name, subject, version } = (sent ?? {}) as { name?: unknown; subject?: unknown; version?: unknown }
  if (typeof name !== 'string' || typeof subject !== 'string' || typeof version !== 'number' || !Number.isInteger(version))
    throw refusals.bodyInvalid('A reference has a name, a subject and a version')
  const known = subjectNamed(subject)
  if (version !== latestVersion) return { name, subject: known, version }
  const newest = (await store.versions(known)).findLast(({ deleted }) => !deleted)
  if (!newest) throw refusals.schemaInvalid(`No schema reference found for subject "${subject}" and version -1`)
  return { name, subject: known, version: newest.version }
}

function isSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null
}
