import type { RecordNode, SchemaNode } from './schema-node.js'

/** Whether JSON may be the default of a field of this type, as Java has it: for a union, it fits any branch. */
export function fitsDefault(node: SchemaNode, json: unknown): boolean {
  // Java takes text for these, but only where the field itself has the type.
  if ((node.type === 'float' || node.type === 'double') && typeof json === 'string') return json === 'NaN' || !Number.isNaN(Number(json))
  return fits(node, json)
}

function fits(node: SchemaNode, json: unknown): boolean {
  switch (node.type) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
      return isWhole(json, 2 ** 31)
    case 'long':
      return isWhole(json, 2 ** 63)
    case 'float':
    case 'double':
      return typeof json === 'number'
    case 'array':
      return Array.isArray(json) && json.every(item => fits(node.items, item))
    case 'map':
      return isObject(json) && Object.values(json).every(value => fits(node.values, value))
    case 'union':
      return node.branches.some(branch => fits(branch, json))
    case 'record':
      return isObject(json) && fitsRecord(node, json)
    default:
      return typeof json === 'string'
  }
}

function fitsRecord({ fields }: RecordNode, json: Readonly<Record<string, unknown>>): boolean {
  return fields.every(field => {
    const value = Object.hasOwn(json, field.name) ? json[field.name] : field.default
    return value !== undefined && fits(field.type, value)
  })
}

/** As exact as JSON in JavaScript is: 2^63 itself is taken for the greatest long. */
function isWhole(json: unknown, limit: number): boolean {
  return Number.isInteger(json) && (json as number) >= -limit && (json as number) <= (limit > 2 ** 53 ? limit : limit - 1)
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
