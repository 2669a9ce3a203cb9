import type { FieldType } from './field-type.js'
import type { MessageClass } from './message.js'
import { findMessageDefinition, type MessageDefinition, recordDefinition } from './message-definition.js'

/** What values of a type are in JavaScript; a union has one branch of each. */
export type JavaScriptKind = 'absent' | 'boolean' | 'string' | 'number' | 'bigint' | 'Date' | 'Uint8Array' | 'array' | 'plain object' | 'instance'

/** How a value of this type is told apart from those of other branches of a union; instances by their class. */
export function javaScriptKind({ kind }: FieldType): JavaScriptKind {
  switch (kind) {
    case 'null':
    case 'optional':
    case 'union':
      return 'absent'
    case 'boolean':
      return 'boolean'
    case 'int':
    case 'float':
    case 'double':
    case 'time-millis':
    case 'time-micros':
      return 'number'
    case 'timestamp':
      return 'Date'
    case 'bytes':
    case 'fixed':
      return 'Uint8Array'
    case 'array':
      return 'array'
    case 'map':
    case 'duration':
      return 'plain object'
    case 'record':
      return 'instance'
    case 'string':
    case 'uuid':
    case 'date':
    case 'decimal':
    case 'enum':
      return 'string'
    default:
      return 'bigint'
  }
}

/** The branch of a union that a value belongs to, or undefined where there is none for it. Whether it fits that branch is another question. */
export function branchFinder(branches: readonly FieldType[]): (value: unknown) => number | undefined {
  const kinds = new Map<JavaScriptKind, number>()
  const records = new Map<MessageDefinition, number>()
  for (const [index, branch] of branches.entries()) {
    if (branch.kind === 'record') records.set(recordDefinition(branch), index)
    else kinds.set(javaScriptKind(branch), index)
  }
  return value => {
    const kind = kindOfValue(value)
    if (kind !== 'instance') return kinds.get(kind)
    const definition = definitionOf(value as object)
    return definition && records.get(definition)
  }
}

/** What a value is in JavaScript. */
export function kindOfValue(value: unknown): JavaScriptKind {
  switch (typeof value) {
    case 'undefined':
      return 'absent'
    case 'boolean':
    case 'string':
    case 'number':
    case 'bigint':
      return typeof value as JavaScriptKind
    default:
      return value === null ? 'absent' : kindOfObject(value as object)
  }
}

function kindOfObject(value: object): JavaScriptKind {
  if (Array.isArray(value)) return 'array'
  if (value instanceof Uint8Array) return 'Uint8Array'
  if (value instanceof Date) return 'Date'
  return isPlainObject(value) ? 'plain object' : 'instance'
}

/** A Map or an instance of a class would be written as if it were empty or as what it is not. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function definitionOf(value: object): MessageDefinition | undefined {
  return findMessageDefinition(value.constructor as MessageClass)
}
