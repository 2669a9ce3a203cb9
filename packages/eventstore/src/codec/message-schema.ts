import { coreErrors, type FieldType, type MessageDefinition, recordDefinition } from '@ottla/core'
import { canonicalSchema } from '../registry/canonical-schema.js'
import { exactJsonText } from '../registry/exact-json.js'
import { defaultJson } from './default-json.js'

/** A message as Avro knows it. */
export interface MessageSchema {
  /** The schema in the form of `canonicalSchema`: the same definition always gives the same text. */
  readonly text: string
  /** The records in it, the message and the values nested in it, by their full names. */
  readonly records: ReadonlyMap<string, MessageDefinition>
}

interface Named {
  readonly records: Map<string, MessageDefinition>
  /** Enums and fixed by their full names: the text of what they are. */
  readonly others: Map<string, string>
}

/** Where a type is used. */
interface Place {
  readonly namespace: string
  readonly named: Named
  /** For errors: `OrderPlaced.total`. */
  readonly member: string
}

type Json = string | readonly Json[] | { readonly [key: string]: unknown }

const scalars: Partial<Record<FieldType['kind'], Json>> = {
  null: 'null',
  string: 'string',
  boolean: 'boolean',
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  bytes: 'bytes',
  date: { type: 'int', logicalType: 'date' },
  'time-millis': { type: 'int', logicalType: 'time-millis' },
  'time-micros': { type: 'long', logicalType: 'time-micros' },
  timestamp: { type: 'long', logicalType: 'timestamp-millis' },
  'timestamp-micros': { type: 'long', logicalType: 'timestamp-micros' },
  'timestamp-nanos': { type: 'long', logicalType: 'timestamp-nanos' },
  'local-timestamp-millis': { type: 'long', logicalType: 'local-timestamp-millis' },
  'local-timestamp-micros': { type: 'long', logicalType: 'local-timestamp-micros' },
  'local-timestamp-nanos': { type: 'long', logicalType: 'local-timestamp-nanos' },
}

/**
 * The Avro schema of a message. The record has the message's name; a value or enum whose name has no namespace takes that of
 * the record which names it first, as Avro does; what occurs again is referred to by name.
 *
 * Throws MODEL_INVALID when two different types have one name.
 */
export function messageSchema(definition: MessageDefinition): MessageSchema {
  const named: Named = { records: new Map(), others: new Map() }
  const schema = recordSchema(definition, '', named)
  return { text: canonicalSchema(exactJsonText(schema)), records: named.records }
}

function recordSchema(definition: MessageDefinition, namespace: string, named: Named): Json {
  const name = fullName(definition.name, namespace)
  const known = named.records.get(name)
  if (named.others.has(name) || (known && known !== definition)) throw nameTaken(definition.class.name, name)
  if (known) return name
  named.records.set(name, definition)
  const own = name.slice(0, Math.max(name.lastIndexOf('.'), 0))
  return {
    type: 'record',
    name,
    ...(definition.aliases && { aliases: definition.aliases }),
    ...(definition.doc !== undefined && { doc: definition.doc }),
    fields: definition.fields.map(field => ({
      name: field.name,
      type: typeSchema(field.type, { namespace: own, named, member: `${definition.class.name}.${field.name}` }),
      ...defaultOf(field.type),
      ...(field.type.formerNames && { aliases: field.type.formerNames }),
      ...(field.type.doc !== undefined && { doc: field.type.doc }),
    })),
  }
}

function typeSchema(type: FieldType, place: Place): Json {
  const { symbols, fallback, size, precision, scale } = type
  switch (type.kind) {
    case 'record':
      return recordSchema(recordDefinition(type), place.namespace, place.named)
    case 'enum':
      return namedSchema({ type: 'enum', symbols, ...(fallback !== undefined && { default: fallback }) }, type, place)
    case 'fixed':
      return namedSchema({ type: 'fixed', size }, type, place)
    case 'duration':
      return namedSchema({ type: 'fixed', size, logicalType: 'duration' }, type, place)
    case 'union':
      return unionSchema(type, place)
    case 'array':
      return { type: 'array', items: typeSchema(type.of as FieldType, place) }
    case 'map':
      return { type: 'map', values: typeSchema(type.of as FieldType, place) }
    case 'optional':
      return ['null', ...[typeSchema(type.of as FieldType, place)].flat()]
    case 'decimal':
      return bytesOrFixed('bytes', { logicalType: 'decimal', precision, scale }, type, place)
    case 'uuid':
      return bytesOrFixed('string', { logicalType: 'uuid' }, type, place)
    default:
      return scalars[type.kind] as Json
  }
}

function unionSchema({ branches = [] }: FieldType, place: Place): Json {
  return branches.map(branch => typeSchema(branch, place))
}

function bytesOrFixed(unnamed: string, logical: object, type: FieldType, place: Place): Json {
  return type.name === undefined ? { type: unnamed, ...logical } : namedSchema({ type: 'fixed', size: type.size, ...logical }, type, place)
}

function namedSchema(attributes: object, type: FieldType, { namespace, named, member }: Place): Json {
  const { aliases, typeDoc } = type
  const name = fullName(type.name as string, namespace)
  const schema = { ...attributes, ...(aliases && { aliases }), ...(typeDoc !== undefined && { doc: typeDoc }) }
  const text = JSON.stringify(schema)
  const known = named.others.get(name)
  if (named.records.has(name) || (known !== undefined && known !== text)) throw nameTaken(member, name)
  if (known !== undefined) return name
  named.others.set(name, text)
  return { name, ...schema }
}

function defaultOf(type: FieldType): { readonly default?: unknown } {
  if (type.default !== undefined) return { default: defaultJson(type, type.default) }
  return type.kind === 'optional' ? { default: null } : {}
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
