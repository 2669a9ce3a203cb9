import type { JavaScriptKind } from '@ottla/core'
import type { Type } from 'avsc'
import { DateType } from './date-type.js'
import { DecimalType } from './decimal-type.js'
import { DurationType } from './duration-type.js'
import { FixedDecimalType } from './fixed-decimal-type.js'
import { FixedUuidType } from './fixed-uuid-type.js'
import { TimeType } from './time-type.js'
import { TimestampType } from './timestamp-type.js'

const kinds: Readonly<Record<string, JavaScriptKind>> = {
  null: 'absent',
  boolean: 'boolean',
  int: 'number',
  long: 'bigint',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  string: 'string',
  fixed: 'Uint8Array',
  enum: 'string',
  array: 'array',
  map: 'plain object',
  record: 'instance',
  error: 'instance',
}

/** What values of a type are in JavaScript. */
export function kindOfType(type: Type): JavaScriptKind {
  if (type instanceof DateType || type instanceof DecimalType || type instanceof FixedDecimalType || type instanceof FixedUuidType) return 'string'
  if (type instanceof TimeType) return 'number'
  if (type instanceof TimestampType) return 'Date'
  if (type instanceof DurationType) return 'plain object'
  return kinds[type.typeName] as JavaScriptKind
}
