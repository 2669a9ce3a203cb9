import type { FieldType } from './field-type.js'
import { recordDefinition } from './message-definition.js'
import { branchFinder } from './union-branch.js'
import { findTypeProblem } from './validation.js'

/** Why the default of a field cannot be written in a schema and read from it by every reader of Avro; undefined where it can, or there is none. */
export function defaultProblem(type: FieldType): string | undefined {
  if (type.default === undefined) return undefined
  if (type.kind === 'optional' && type.default !== null) return 'is an optional with a default'
  const problem = findTypeProblem(type, type.default)
  if (problem) return `has a default that ${problem}`
  if (!isJson(type.default)) return 'has a default with NaN or Infinity, for which the JSON of a schema has no text'
  return isOfFirstBranches(type, type.default) ? undefined : 'has a default that is of a later branch of its union'
}

/** The JSON of a default does not say which branch of a union it is; all readers take the first. */
function isOfFirstBranches(type: FieldType, value: unknown): boolean {
  const { branches = [], of } = type
  if (value === undefined || value === null) return type.kind !== 'union' || branches[0]?.kind === 'null'
  switch (type.kind) {
    case 'union':
      return branchFinder(branches)(value) === 0 && isOfFirstBranches(branches[0] as FieldType, value)
    case 'optional':
    case 'array':
    case 'map': {
      const parts = type.kind === 'optional' ? [value] : Object.values(value)
      return parts.every(part => isOfFirstBranches(of as FieldType, part))
    }
    case 'record': {
      const { fields } = recordDefinition(type)
      return fields.every(({ name, type }) => isOfFirstBranches(type, (value as Readonly<Record<string, unknown>>)[name] ?? type.default))
    }
    default:
      return true
  }
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.values(value).every(isJson)
}
