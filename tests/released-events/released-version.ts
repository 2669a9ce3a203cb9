import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RegisteredSchema, SchemaRegistry } from '@ottla/eventstore'
import type { Amount } from './samples.js'

/** A message as a released version wrote it. */
export interface WrittenMessage {
  readonly kind: 'event' | 'command'
  /** Avro name. */
  readonly type: string
  readonly amount: Amount
  readonly bytes: Buffer
  /** The fields as they were written, in the form of `plainFields`. */
  readonly fields: unknown
}

/** An event of a run of the sample, as its record was. */
export interface WrittenRecord {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  /** In base64. */
  readonly value: string
}

const folder = import.meta.dirname.replace('/dist/', '/')

/** Where a version's events are: in the sources, also for a built program. */
export const folderOf = (version: string): string => join(folder, version)

/** The versions whose events are kept, as their folders are named. */
export const releasedVersions = (): string[] => readdirSync(folder).filter(name => /^\d/.test(name) && existsSync(join(folder, name, 'schemas')))

export function writtenMessages(version: string): WrittenMessage[] {
  return readdirSync(folderOf(version))
    .filter(name => name.endsWith('.json'))
    .map(name => {
      const file = join(folderOf(version), name)
      return { ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<WrittenMessage, 'bytes'>), bytes: readFileSync(file.replace(/json$/, 'bin')) }
    })
}

/** The events of the version's run, in order. */
export function writtenRecords(version: string): WrittenRecord[] {
  const lines = readFileSync(join(folderOf(version), 'run.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map(line => JSON.parse(line) as WrittenRecord)
}

/** The schemas that a version wrote with, by the ids in its bytes; nothing else of a registry is asked. */
export function writtenSchemas(version: string): SchemaRegistry {
  const schemaById = async (id: number): Promise<RegisteredSchema> => ({ id, schema: readFileSync(join(folderOf(version), 'schemas', `${id}.avsc`), 'utf8') })
  return { schemaById } as SchemaRegistry
}

/** Fields in a form that JSON keeps: an absent value is left out, and order does not matter. */
export function plainFields(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plainFields)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined && field !== null)
  return Object.fromEntries(entries.map(([name, field]) => [name, plainFields(field)]))
}
