import { eventstoreErrors } from '../eventstore-errors.js'
import { exactJsonText, parseExactJson } from './exact-json.js'

const primitives: ReadonlySet<unknown> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])
const named: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])

/** The attributes of Avro in the order in which they are written, which is that of its parsing canonical form; others follow by name. */
const order = [
  'name',
  'type',
  'namespace',
  'aliases',
  'doc',
  'fields',
  'symbols',
  'items',
  'values',
  'size',
  'default',
  'order',
  'logicalType',
  'precision',
  'scale',
]

/**
 * The one text of a schema, so that texts can be compared. Texts that differ only in white space, in the order of their JSON keys or in how they spell names become one: names
 * are written in full (`{"name":"shop.A"}` for `{"name":"A","namespace":"shop"}`) and primitive types as one word, because a registry written in Java gives a schema
 * back in Java's spelling (`Schema.toString`), not as it was registered. Keeps everything else that the schema says, documentation too. Throws SCHEMA_INVALID when it is
 * no JSON; what is JSON and no schema is left for those who parse it.
 */
export function canonicalSchema(schema: string): string {
  try {
    return exactJsonText(ordered(inFull(parseExactJson(schema), '')))
  } catch (error) {
    throw eventstoreErrors.create('SCHEMA_INVALID', { schema: schema.slice(0, 80), problem: (error as Error).message }, { cause: error })
  }
}

type Json = { readonly [key: string]: unknown }

/** A schema inside a namespace, with its names as Avro resolves them. */
function inFull(schema: unknown, namespace: string): unknown {
  if (typeof schema === 'string') return primitives.has(schema) ? schema : fullName(schema, namespace)
  if (Array.isArray(schema)) return schema.map(branch => inFull(branch, namespace))
  if (typeof schema !== 'object' || schema === null) return schema
  const json = schema as Json
  if (typeof json.name === 'string' && named.has(json.type)) return definitionInFull(json, json.name, namespace)
  if (json.type === 'array') return { ...json, items: inFull(json.items, namespace) }
  if (json.type === 'map') return { ...json, values: inFull(json.values, namespace) }
  const type = inFull(json.type, namespace)
  return Object.keys(json).length === 1 && primitives.has(type) ? type : { ...json, type }
}

function definitionInFull(json: Json, simpleName: string, enclosing: string): Json {
  const { namespace, ...rest } = json
  const name = fullName(simpleName, typeof namespace === 'string' ? namespace : enclosing)
  const own = name.slice(0, Math.max(name.lastIndexOf('.'), 0))
  const { aliases, fields } = rest
  return {
    ...rest,
    name,
    // Else it would be taken for one of the enclosing namespace.
    ...(own === '' && enclosing !== '' && { namespace: '' }),
    ...(Array.isArray(aliases) && { aliases: aliases.map(alias => (own && `${alias}`.startsWith(`${own}.`) ? alias.slice(own.length + 1) : alias)) }),
    ...(Array.isArray(fields) && { fields: fields.map(field => fieldInFull(field, own)) }),
  }
}

function fieldInFull(field: unknown, namespace: string): unknown {
  return typeof field === 'object' && field !== null ? { ...field, type: inFull((field as Json).type, namespace) } : field
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || !namespace ? name : `${namespace}.${name}`
}

function ordered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(ordered)
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).map(([key, value]) => [key, ordered(value)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)))
}

function rank(key: string): number {
  const index = order.indexOf(key)
  return index < 0 ? order.length : index
}
