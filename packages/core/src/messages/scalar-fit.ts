import { daysOfDate } from './calendar-date.js'
import type { FieldType } from './field-type.js'
import { isPlainObject } from './union-branch.js'

/** Which values are of a type that has no parts. */
export interface ScalarFit {
  /** For errors: `a bigint of 64 bits`. */
  readonly what: string
  readonly fits: (value: unknown) => boolean
}

/** What fits a type that is no array, map, union, optional or record. */
export function scalarFit(type: FieldType): ScalarFit {
  const { kind, size, symbols = [], precision, scale } = type
  switch (kind) {
    case 'fixed':
      return { what: `${size} bytes (a Uint8Array)`, fits: value => value instanceof Uint8Array && value.length === size }
    case 'enum':
      return { what: `one of ${symbols.join(', ')}`, fits: value => (symbols as readonly unknown[]).includes(value) }
    case 'decimal':
      return { what: `a decimal string of at most ${precision} digits, ${scale} behind the point`, fits: value => isDecimal(value, type) }
    default: {
      const [what, fits] = scalars[kind as keyof typeof scalars]
      return { what, fits }
    }
  }
}

const isNumber = (value: unknown, from: number, to: number) => typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to
const isLong = (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value
const durationParts = ['months', 'days', 'milliseconds'] as const

const scalars = {
  null: ['absent', (value: unknown) => value === undefined || value === null],
  string: ['a string', (value: unknown) => typeof value === 'string' && value.isWellFormed()],
  boolean: ['a boolean', (value: unknown) => typeof value === 'boolean'],
  int: ['a whole number of 32 bits', (value: unknown) => typeof value === 'number' && (value | 0) === value],
  long: ['a bigint of 64 bits', isLong],
  float: ['a number of 32 bits', (value: unknown) => typeof value === 'number' && Number.isFinite(value) === Number.isFinite(Math.fround(value))],
  double: ['a number', (value: unknown) => typeof value === 'number'],
  bytes: ['bytes (a Uint8Array)', (value: unknown) => value instanceof Uint8Array],
  uuid: ['a UUID', (value: unknown) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)],
  date: ["a date such as '2016-11-08'", (value: unknown) => typeof value === 'string' && daysOfDate(value) !== undefined],
  'time-millis': ['milliseconds since midnight', (value: unknown) => isNumber(value, 0, 86_399_999)],
  'time-micros': ['microseconds since midnight', (value: unknown) => isNumber(value, 0, 86_399_999_999)],
  timestamp: ['a valid Date', (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime())],
  'timestamp-micros': ['a bigint of 64 bits', isLong],
  'timestamp-nanos': ['a bigint of 64 bits', isLong],
  'local-timestamp-millis': ['a bigint of 64 bits', isLong],
  'local-timestamp-micros': ['a bigint of 64 bits', isLong],
  'local-timestamp-nanos': ['a bigint of 64 bits', isLong],
  duration: ['{ months, days, milliseconds }, whole numbers of 32 bits', isDuration],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>

function isDuration(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length === 3 && durationParts.every(part => isNumber(value[part], 0, 2 ** 32 - 1))
}

const decimal = /^-?\d+(?:\.\d+)?$/

function isDecimal(value: unknown, { precision = 0, scale = 0 }: FieldType): boolean {
  if (typeof value !== 'string' || !decimal.test(value)) return false
  const point = value.indexOf('.')
  const end = point < 0 ? value.length : point
  let start = value.startsWith('-') ? 1 : 0
  while (start < end && value.charCodeAt(start) === 48) start++
  return end - start <= precision - scale && (point < 0 || value.length - point - 1 <= scale)
}
