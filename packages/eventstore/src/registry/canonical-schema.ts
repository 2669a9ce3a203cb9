import { eventstoreErrors } from '../eventstore-errors.js'

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
 * The one text of a schema that is the same but for white space and the order of its JSON keys, so that texts can be
 * compared. Keeps everything that the schema says, documentation too. Throws SCHEMA_INVALID when it is no JSON.
 */
export function canonicalSchema(schema: string): string {
  try {
    return JSON.stringify(ordered(JSON.parse(schema)))
  } catch (error) {
    throw eventstoreErrors.create('SCHEMA_INVALID', { schema: schema.slice(0, 80), problem: (error as Error).message }, { cause: error })
  }
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
