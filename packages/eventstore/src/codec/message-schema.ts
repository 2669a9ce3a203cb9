import { coreErrors, type FieldType, type MessageDefinition, recordDefinition } from '@ottla/core'
import { canonicalSchema } from '../registry/canonical-schema.js'

/** A message as Avro knows it. */
export interface MessageSchema {
  /** The schema in the form of `canonicalSchema`: the same definition always gives the same text. */
  readonly text: string
  /** The records in it, the message and the values nested in it, by their full names. */
  readonly records: ReadonlyMap<string, MessageDefinition>
}

interface Named {
  readonly records: Map<string, MessageDefinition>
  readonly enums: Map<string, FieldType>
}

type Json = string | readonly Json[] | { readonly [key: string]: Json | number | null }

const scalars: Partial<Record<FieldType['kind'], Json>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  bytes: 'bytes',
  uuid: { type: 'string', logicalType: 'uuid' },
  timestamp: { type: 'long', logicalType: 'timestamp-millis' },
}

/**
 * The Avro schema of a message. The record has the message's name; a value or enum whose name has no namespace takes that of
 * the record which names it first, as Avro does; what occurs again is referred to by name.
 *
 * Throws MODEL_INVALID when two different types have one name.
 */
export function messageSchema(definition: MessageDefinition): MessageSchema {
  const named: Named = { records: new Map(), enums: new Map() }
  const schema = recordSchema(definition, '', named)
  return { text: canonicalSchema(JSON.stringify(schema)), records: named.records }
}

function recordSchema(definition: MessageDefinition, namespace: string, named: Named): Json {
  const name = fullName(definition.name, namespace)
  const known = named.records.get(name)
  if (named.enums.has(name) || (known && known !== definition)) throw nameTaken(definition.class.name, name)
  if (known) return name
  named.records.set(name, definition)
  const own = name.slice(0, Math.max(name.lastIndexOf('.'), 0))
  return {
    type: 'record',
    name,
    fields: definition.fields.map(field => ({
      name: field.name,
      type: typeSchema(field.type, own, named, `${definition.class.name}.${field.name}`),
      ...(field.type.kind === 'optional' ? { default: null } : {}),
    })),
  }
}

function typeSchema(type: FieldType, namespace: string, named: Named, member: string): Json {
  const of = type.of as FieldType
  switch (type.kind) {
    case 'record':
      return recordSchema(recordDefinition(type), namespace, named)
    case 'enum':
      return enumSchema(type, namespace, named, member)
    case 'array':
      return { type: 'array', items: typeSchema(of, namespace, named, member) }
    case 'map':
      return { type: 'map', values: typeSchema(of, namespace, named, member) }
    case 'optional':
      return ['null', typeSchema(of, namespace, named, member)]
    case 'decimal':
      return { type: 'bytes', logicalType: 'decimal', precision: type.precision as number, scale: type.scale as number }
    default:
      return scalars[type.kind] as Json
  }
}

function enumSchema(type: FieldType, namespace: string, named: Named, member: string): Json {
  const name = fullName(type.name as string, namespace)
  const known = named.enums.get(name)
  if (named.records.has(name) || (known && known.symbols?.join() !== type.symbols?.join())) throw nameTaken(member, name)
  if (known) return name
  named.enums.set(name, type)
  return { type: 'enum', name, symbols: type.symbols as readonly string[] }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || !namespace ? name : `${namespace}.${name}`
}

function nameTaken(member: string, name: string): Error {
  return coreErrors.create('MODEL_INVALID', {
    member,
    problem: `uses the name ${name}, which another type of the same message has`,
    cure: 'Give one of the two another name.',
  })
}
