import { canonicalSchema } from './canonical-schema.js'
import { exactJsonText, parseExactJson } from './exact-json.js'

type Json = { readonly [key: string]: unknown }

/** Where other types stand inside a type. */
const parts = ['type', 'items', 'values'] as const

/**
 * The schema with each type that it names and does not define put in where it is first named, out of these other schemas. All of them, and the result, are in
 * the form of `canonicalSchema`, so names are full ones. What none of them defines stays a name, for those who parse it.
 */
export function fillInTypes(schema: string, others: readonly string[]): string {
  const own = new Map<string, Json>()
  collectTypes(parseExactJson(schema), own)
  const known = new Map<string, Json>()
  for (const other of others) collectTypes(parseExactJson(other), known)
  for (const name of own.keys()) known.delete(name)
  return canonicalSchema(exactJsonText(filledIn(parseExactJson(schema), known, new Set())))
}

function collectTypes(schema: unknown, found: Map<string, Json>): void {
  if (Array.isArray(schema)) for (const branch of schema) collectTypes(branch, found)
  if (!isObject(schema)) return
  if (typeof schema.name === 'string' && typeof schema.type === 'string') found.set(schema.name, schema)
  for (const part of parts) collectTypes(schema[part], found)
  if (Array.isArray(schema.fields)) for (const field of schema.fields) if (isObject(field)) collectTypes(field.type, found)
}

/** `done`: the types of other schemas that stand in the result already. */
function filledIn(schema: unknown, known: ReadonlyMap<string, Json>, done: Set<string>): unknown {
  if (Array.isArray(schema)) return schema.map(branch => filledIn(branch, known, done))
  if (typeof schema === 'string') {
    const type = known.get(schema)
    return type === undefined ? schema : filledIn(type, known, done)
  }
  if (!isObject(schema)) return schema
  if (typeof schema.name === 'string' && known.has(schema.name)) {
    if (done.has(schema.name)) return schema.name
    done.add(schema.name)
  }
  const filled: Record<string, unknown> = { ...schema }
  for (const part of parts) if (part in schema) filled[part] = filledIn(schema[part], known, done)
  if (Array.isArray(schema.fields))
    filled.fields = schema.fields.map(field => (isObject(field) ? { ...field, type: filledIn(field.type, known, done) } : field))
  return filled
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
