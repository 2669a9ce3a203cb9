import { branchFinder, type CalendarDuration, daysOfDate, type FieldType, type MessageDefinition, recordDefinition } from '@ottla/core'
import { DecimalType } from './avro/decimal-type.js'

/** A value as the JSON of a default in a schema; a long that JSON's numbers do not hold is a bigint. The value fits the type (the definition has been checked). */
export function defaultJson(type: FieldType, value: unknown): unknown {
  const of = type.of as FieldType
  switch (type.kind) {
    case 'null':
      return null
    case 'optional':
      return value === undefined || value === null ? null : defaultJson(of, value)
    case 'union':
      return unionJson(type.branches as readonly FieldType[], value)
    case 'record':
      return recordJson(recordDefinition(type), value as Readonly<Record<string, unknown>>)
    case 'array':
      return (value as readonly unknown[]).map(item => defaultJson(of, item))
    case 'map':
      return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, defaultJson(of, each)]))
    case 'int':
    case 'time-millis':
    case 'time-micros':
      return (value as number) + 0
    case 'date':
      return daysOfDate(value as string)
    case 'timestamp':
      return (value as Date).getTime()
    default:
      return bytesOf(type, value)?.toString('latin1') ?? (type.kind === 'uuid' ? (value as string).toLowerCase() : value)
  }
}

/** Avro writes bytes into JSON as text with one character for each. */
function bytesOf({ kind, size, precision = 1, scale = 0 }: FieldType, value: unknown): Buffer | undefined {
  if (kind === 'bytes' || kind === 'fixed') return Buffer.from(value as Uint8Array)
  if (kind === 'decimal') return bytesOfLong(new DecimalType(precision, scale).unscaled(value) as bigint, size)
  if (kind === 'uuid') return size === undefined ? undefined : Buffer.from((value as string).replaceAll('-', ''), 'hex')
  if (kind !== 'duration') return undefined
  const { months, days, milliseconds } = value as CalendarDuration
  const bytes = Buffer.alloc(12)
  for (const [index, part] of [months, days, milliseconds].entries()) bytes.writeUInt32LE(part, 4 * index)
  return bytes
}

function bytesOfLong(unscaled: bigint, size?: number): Buffer {
  let length = size ?? 1
  while (BigInt.asIntN(8 * length, unscaled) !== unscaled) length++
  const hex = BigInt.asUintN(8 * length, unscaled).toString(16)
  return Buffer.from(hex.padStart(2 * length, '0'), 'hex')
}

function unionJson(branches: readonly FieldType[], value: unknown): unknown {
  return defaultJson(branches[branchFinder(branches)(value) as number] as FieldType, value)
}

function recordJson(definition: MessageDefinition, value: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(definition.fields.map(({ name, type }) => [name, defaultJson(type, value[name] ?? type.default)]))
}
