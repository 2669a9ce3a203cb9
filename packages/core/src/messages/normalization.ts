import type { CalendarDuration } from './calendar-duration.js'
import { type FieldType, isNullable } from './field-type.js'
import { type MessageDefinition, recordDefinition } from './message-definition.js'
import { branchFinder } from './union-branch.js'

type Normalize = (value: never) => unknown

const compiled = new WeakMap<MessageDefinition, readonly { readonly name: string; readonly normalize: Normalize | undefined }[]>()

/**
 * A message as it will be read back from the log, so that a state made of it live equals the state made of it by replay.
 * It is always a copy that shares nothing changeable with the given one, and an instance of the definition's class (not made
 * by its constructor) with all fields in the order of their declaration:
 *
 * - a missing field with a default is that default;
 * - an absent optional is undefined, never null or missing; a nested value is an instance of its class;
 * - a decimal has no trailing zeros behind its point, no leading ones, and is never `-0`: `'261.96'`, `'2'`, `'-0.5'`;
 * - a float is rounded to 32 bits, an int or a time is never `-0`, a UUID is in lower case, bytes are a Uint8Array and no Buffer;
 * - the keys of a map are sorted.
 *
 * The message must fit its definition (`validateMessage`). Idempotent.
 */
export function normalizeMessage<T extends object>(definition: MessageDefinition<T>, message: object): T {
  const normal = Object.create(definition.class.prototype) as Record<string, unknown>
  for (const { name, normalize } of fieldsOf(definition)) {
    const value = (message as Record<string, unknown>)[name]
    normal[name] = normalize ? normalize(value as never) : value
  }
  return normal as T
}

function fieldsOf(definition: MessageDefinition) {
  let fields = compiled.get(definition)
  if (!fields) {
    fields = definition.fields.map(({ name, type }) => ({ name, normalize: fieldNormalizer(type) }))
    compiled.set(definition, fields)
  }
  return fields
}

function fieldNormalizer(type: FieldType): Normalize | undefined {
  const normalize = normalizerOf(type)
  if (type.default === undefined || isNullable(type)) return normalize
  const preset = defaultMaker(type)
  return (value: unknown) => (value === undefined ? preset() : normalize ? normalize(value as never) : value)
}

/** What makes the default of a field: a value of its own each time. */
export function defaultMaker(type: FieldType): () => unknown {
  const value = type.default ?? undefined
  const normalize = normalizerOf(type)
  return normalize ? () => normalize(value as never) : () => value
}

/** What makes a value of this type canonical, or undefined where every value already is. */
function normalizerOf(type: FieldType): Normalize | undefined {
  switch (type.kind) {
    case 'record': {
      const definition = recordDefinition(type)
      return (value: object) => normalizeMessage(definition, value)
    }
    case 'optional': {
      const normalize = normalizerOf(type.of as FieldType) ?? ((value: unknown) => value)
      return (value: unknown) => (value === undefined || value === null ? undefined : normalize(value as never))
    }
    case 'array':
      return arrayNormalizer(normalizerOf(type.of as FieldType))
    case 'map':
      return mapNormalizer(normalizerOf(type.of as FieldType))
    case 'union':
      return unionNormalizer(type.branches as readonly FieldType[])
    default:
      return scalars[type.kind]
  }
}

const scalars: Partial<Record<FieldType['kind'], Normalize>> = {
  int: (value: number) => value + 0,
  float: Math.fround as Normalize,
  'time-millis': (value: number) => value + 0,
  'time-micros': (value: number) => value + 0,
  bytes: (value: Uint8Array) => new Uint8Array(value),
  fixed: (value: Uint8Array) => new Uint8Array(value),
  null: () => undefined,
  duration: ({ months, days, milliseconds }: CalendarDuration) => ({ months: months + 0, days: days + 0, milliseconds: milliseconds + 0 }),
  uuid: (value: string) => value.toLowerCase(),
  timestamp: (value: Date) => new Date(value),
  decimal: canonicalDecimal as Normalize,
}

function arrayNormalizer(normalize: Normalize | undefined): Normalize {
  if (!normalize) return (value: readonly unknown[]) => [...value]
  return (value: readonly unknown[]) => {
    const copy: unknown[] = []
    for (let index = 0; index < value.length; index++) copy.push(normalize(value[index] as never))
    return copy
  }
}

function mapNormalizer(normalize: Normalize | undefined): Normalize {
  return (value: Readonly<Record<string, unknown>>) =>
    // Entries become own properties also where a key is `__proto__`; the order of keys means nothing, so there is one.
    Object.fromEntries(
      Object.keys(value)
        .sort()
        .map(key => [key, normalize ? normalize(value[key] as never) : value[key]]),
    )
}

function unionNormalizer(branches: readonly FieldType[]): Normalize {
  const find = branchFinder(branches)
  const normalizers = branches.map(normalizerOf)
  return (value: unknown) => {
    const normalize = normalizers[find(value) as number]
    return normalize ? normalize(value as never) : value
  }
}

const point = 46
const zero = 48

function canonicalDecimal(text: string): string {
  const negative = text.startsWith('-')
  let end = text.length
  if (text.includes('.')) {
    while (text.charCodeAt(end - 1) === zero) end--
    if (text.charCodeAt(end - 1) === point) end--
  }
  let start = negative ? 1 : 0
  while (start < end - 1 && text.charCodeAt(start) === zero && text.charCodeAt(start + 1) !== point) start++
  const digits = text.slice(start, end)
  return negative && digits !== '0' ? `-${digits}` : digits
}
