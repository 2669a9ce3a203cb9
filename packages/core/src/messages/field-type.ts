import type { MessageClass } from './message.js'

/** The type of a field as Avro knows it; `T` is what the field is in TypeScript. */
export interface FieldType<T = unknown> {
  readonly kind:
    | 'string'
    | 'boolean'
    | 'int'
    | 'long'
    | 'float'
    | 'double'
    | 'bytes'
    | 'uuid'
    | 'timestamp'
    | 'decimal'
    | 'enum'
    | 'array'
    | 'map'
    | 'optional'
    | 'record'
  /** Of a decimal: how many digits, and how many of them behind the point. */
  readonly precision?: number
  readonly scale?: number
  /** Of an enum: its Avro name and symbols. */
  readonly name?: string
  readonly symbols?: readonly string[]
  /** Of an array, map or optional: what it holds. */
  readonly of?: FieldType
  /** Of a record: the class of the value. */
  readonly class?: MessageClass
  /** Never set: carries the TypeScript type. */
  readonly typescript?: T
}

/** What may be given where a field's type is wanted: a type of `t`, or the class of a nested value. */
export type FieldTypeLike<T = unknown> = FieldType<T> | MessageClass<T & object>

/** The TypeScript type of a field type. */
export type TypeOf<F> = F extends FieldType<infer T> ? T : F extends MessageClass<infer C> ? C : never

const scalar = <T>(kind: FieldType['kind']): FieldType<T> => ({ kind })

/** The types of fields. A nested value is given by its class: `t.array(OrderLine)`. */
export const t = {
  string: scalar<string>('string'),
  boolean: scalar<boolean>('boolean'),
  /** A whole number of 32 bits. */
  int: scalar<number>('int'),
  /** A whole number of 64 bits, exact: a bigint. */
  long: scalar<bigint>('long'),
  float: scalar<number>('float'),
  double: scalar<number>('double'),
  bytes: scalar<Uint8Array>('bytes'),
  uuid: scalar<string>('uuid'),
  /** A point in time in milliseconds: a Date. */
  timestamp: scalar<Date>('timestamp'),
  /** An exact decimal number as a string such as `'261.9600'` or `'261.96'`, with at most `scale` digits behind the point. */
  decimal: (precision: number, scale = 0): FieldType<string> => ({ kind: 'decimal', precision, scale }),
  /** One of the symbols; `name` is the Avro name of the enum. */
  enum: <const S extends readonly string[]>(name: string, symbols: S): FieldType<S[number]> => ({ kind: 'enum', name, symbols }),
  array: <T>(of: FieldTypeLike<T>): FieldType<T[]> => ({ kind: 'array', of: fieldType(of) }),
  /** String keys to values: a plain object. */
  map: <T>(of: FieldTypeLike<T>): FieldType<Record<string, T>> => ({ kind: 'map', of: fieldType(of) }),
  /** A value that may be absent: undefined, read back as undefined. */
  optional: <T>(of: FieldTypeLike<T>): FieldType<T | undefined> => ({ kind: 'optional', of: fieldType(of) }),
  record: <T extends object>(of: MessageClass<T>): FieldType<T> => ({ kind: 'record', class: of }),
} as const

/** A field type from what a user may give; a class that is still undefined is found when the definition is checked. */
export function fieldType(type: FieldTypeLike | undefined): FieldType {
  return typeof type === 'object' ? type : { kind: 'record', class: type }
}
