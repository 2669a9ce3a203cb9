import type { CalendarDuration } from './calendar-duration.js'
import type { Defaulted } from './defaulted.js'
import type { MessageClass } from './message.js'

/** The type of a field as Avro knows it; `T` is what the field is in TypeScript. */
export interface FieldType<T = unknown> {
  readonly kind:
    | 'null'
    | 'string'
    | 'boolean'
    | 'int'
    | 'long'
    | 'float'
    | 'double'
    | 'bytes'
    | 'fixed'
    | 'uuid'
    | 'date'
    | 'time-millis'
    | 'time-micros'
    | 'timestamp'
    | 'timestamp-micros'
    | 'timestamp-nanos'
    | 'local-timestamp-millis'
    | 'local-timestamp-micros'
    | 'local-timestamp-nanos'
    | 'duration'
    | 'decimal'
    | 'enum'
    | 'array'
    | 'map'
    | 'union'
    | 'optional'
    | 'record'
  /** Of a decimal: how many digits, and how many of them behind the point. */
  readonly precision?: number
  readonly scale?: number
  /** Of an enum, a fixed, and what is written as a fixed: its Avro name. */
  readonly name?: string
  /** Of an enum: its symbols, and the one that stands for those that a reader does not know. */
  readonly symbols?: readonly string[]
  readonly fallback?: string
  /** Of a fixed, and of a decimal or UUID that is written as one: how many bytes. */
  readonly size?: number
  /** Of an array, map or optional: what it holds. */
  readonly of?: FieldType
  /** Of a union: what it may be. */
  readonly branches?: readonly FieldType[]
  /** Of a record: the class of the value, or what gives it once all files are loaded. */
  readonly class?: MessageClass
  readonly later?: () => MessageClass
  /** Of what has an Avro name: those that it had, and what it means. */
  readonly aliases?: readonly string[]
  readonly typeDoc?: string
  /** Of a field: names that it had. */
  readonly formerNames?: readonly string[]
  /** Of a field: what it is where nothing was given or written; null stands for an absent value. */
  readonly default?: unknown
  /** Of a field: what it means, for those who read the schema. */
  readonly doc?: string
  /** Never set: carries the TypeScript type. */
  readonly typescript?: T
}

/** What may be said of an enum or a fixed beside its name. */
export interface NamedOptions {
  /** Avro names that it had. */
  readonly aliases?: readonly string[]
  /** What it means, for those who read the schema. */
  readonly doc?: string
}

/** What may be given where a field's type is wanted: a type of `t`, or the class of a nested value. */
export type FieldTypeLike<T = unknown> = FieldType<T> | MessageClass<T & object>

/** The TypeScript type of a field type. */
export type TypeOf<F> = F extends FieldType<infer T> ? T : F extends MessageClass<infer C> ? C : never

const scalar = <T>(kind: FieldType['kind']): FieldType<T> => ({ kind })

const named = ({ aliases, doc }: NamedOptions = {}) => ({ ...(aliases && { aliases }), ...(doc !== undefined && { typeDoc: doc }) })

/** The types of fields. A nested value is given by its class: `t.array(OrderLine)`. */
export const t = {
  /** Nothing: undefined. For unions: `t.union(t.string, t.null)`; what may simply be absent is `t.optional`. */
  null: scalar<undefined>('null'),
  string: scalar<string>('string'),
  boolean: scalar<boolean>('boolean'),
  /** A whole number of 32 bits. */
  int: scalar<number>('int'),
  /** A whole number of 64 bits, exact: a bigint. */
  long: scalar<bigint>('long'),
  float: scalar<number>('float'),
  double: scalar<number>('double'),
  bytes: scalar<Uint8Array>('bytes'),
  /** So many bytes; `name` is their Avro name. */
  fixed: (name: string, size: number, options?: NamedOptions): FieldType<Uint8Array> => ({ kind: 'fixed', name, size, ...named(options) }),
  uuid: scalar<string>('uuid'),
  /** A UUID in 16 bytes instead of text; `name` is their Avro name. */
  fixedUuid: (name: string, options?: NamedOptions): FieldType<string> => ({ kind: 'uuid', name, size: 16, ...named(options) }),
  /** A day of the calendar, without a time zone: `'2016-11-08'`. */
  date: scalar<string>('date'),
  /** A time of day as milliseconds since midnight. */
  timeMillis: scalar<number>('time-millis'),
  /** A time of day as microseconds since midnight. */
  timeMicros: scalar<number>('time-micros'),
  /** A point in time in milliseconds: a Date. */
  timestamp: scalar<Date>('timestamp'),
  /** A point in time in microseconds since 1970-01-01T00:00:00Z: a bigint. */
  timestampMicros: scalar<bigint>('timestamp-micros'),
  /** A point in time in nanoseconds since 1970-01-01T00:00:00Z: a bigint. */
  timestampNanos: scalar<bigint>('timestamp-nanos'),
  /** What a wall clock shows, in milliseconds since it showed 1970-01-01T00:00:00: a bigint, since it is no point in time and so no Date. */
  localTimestampMillis: scalar<bigint>('local-timestamp-millis'),
  /** What a wall clock shows, in microseconds since it showed 1970-01-01T00:00:00: a bigint. */
  localTimestampMicros: scalar<bigint>('local-timestamp-micros'),
  /** What a wall clock shows, in nanoseconds since it showed 1970-01-01T00:00:00: a bigint. */
  localTimestampNanos: scalar<bigint>('local-timestamp-nanos'),
  /** Months, days and milliseconds, which do not turn into each other; `name` is the Avro name of its 12 bytes. */
  duration: (name: string, options?: NamedOptions): FieldType<CalendarDuration> => ({ kind: 'duration', name, size: 12, ...named(options) }),
  /** An exact decimal number as a string such as `'261.9600'` or `'261.96'`, with at most `scale` digits behind the point. */
  decimal: (precision: number, scale = 0): FieldType<string> => ({ kind: 'decimal', precision, scale }),
  /** A decimal that always takes `size` bytes; `name` is their Avro name. */
  fixedDecimal: (name: string, size: number, precision: number, scale = 0, options?: NamedOptions): FieldType<string> => ({
    kind: 'decimal',
    name,
    size,
    precision,
    scale,
    ...named(options),
  }),
  /**
   * One of the symbols; `name` is the Avro name of the enum. With a `default`, a symbol that only a newer writer knows is read as that one.
   */
  enum: <const S extends readonly string[]>(
    name: string,
    symbols: S,
    { default: fallback, ...options }: NamedOptions & { readonly default?: S[number] } = {},
  ): FieldType<S[number]> => ({ kind: 'enum', name, symbols, ...(fallback !== undefined && { fallback }), ...named(options) }),
  array: <T>(of: FieldTypeLike<T>): FieldType<T[]> => ({ kind: 'array', of: fieldType(of) }),
  /** String keys to values: a plain object. */
  map: <T>(of: FieldTypeLike<T>): FieldType<Record<string, T>> => ({ kind: 'map', of: fieldType(of) }),
  /**
   * One of several types: `t.union(CardPayment, CashPayment)`. Values are told apart by their class, others by what they are in JavaScript, so that a union may have
   * one branch that is a string, one that is a number, and so on.
   */
  union: <const B extends readonly FieldTypeLike[]>(...branches: B): FieldType<TypeOf<B[number]>> => ({ kind: 'union', branches: branches.map(fieldType) }),
  /** A value that may be absent: undefined, read back as undefined. */
  optional: <T>(of: FieldTypeLike<T>): FieldType<T | undefined> => ({ kind: 'optional', of: fieldType(of) }),
  record: <T extends object>(of: MessageClass<T>): FieldType<T> => ({ kind: 'record', class: of }),
  /** A class that is declared further down, or in a file that imports this one: `t.later(() => Branch)`. */
  later: <T extends object>(of: () => MessageClass<T>): FieldType<T> => ({ kind: 'record', later: of }),
  /**
   * The type of a field that may be left out: it is `value` then, and where a record was written before there was such a field. On a class its property is a
   * `Defaulted<T>`, so that the constructor does without it.
   */
  withDefault: <T>(type: FieldTypeLike<T>, value: NoInfer<T> | (undefined extends T ? null : never)): FieldType<Defaulted<T>> => ({
    ...(fieldType(type) as FieldType<Defaulted<T>>),
    default: value ?? null,
  }),
  /**
   * The type of a field that has been renamed: `@Field(t.renamed(t.string, 'customer')) customerName!: string` reads records that have it under the earlier name. Older
   * nodes do not find the field under its new name: deploy readers first, or give the field a default.
   */
  renamed: <T>(type: FieldTypeLike<T>, ...formerNames: readonly string[]): FieldType<T> => ({ ...(fieldType(type) as FieldType<T>), formerNames }),
  /** The type of a field whose meaning the schema tells. */
  documented: <T>(type: FieldTypeLike<T>, doc: string): FieldType<T> => ({ ...(fieldType(type) as FieldType<T>), doc }),
} as const

/** A field type from what a user may give; a class that is still undefined is found when the definition is checked. */
export function fieldType(type: FieldTypeLike | undefined): FieldType {
  return typeof type === 'object' ? type : { kind: 'record', class: type }
}

/** Whether a value of this type may be absent. */
export function isNullable({ kind, branches }: FieldType): boolean {
  return kind === 'optional' || kind === 'null' || (kind === 'union' && branches?.some(branch => branch.kind === 'null') === true)
}
