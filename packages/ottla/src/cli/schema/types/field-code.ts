import { dateOfDays, type FieldType, unionProblem } from '@ottla/core'
import type { Json, NamedSchema } from './named-schemas.js'
import { type Imports, quoted } from './type-script-names.js'

/** A type of a schema in TypeScript. */
export interface TypeCode {
  /** What @Field takes: `t.array(OrderLine)`. */
  readonly field: string
  /** The type of the property: `OrderLine[]`. */
  readonly type: string
  /** The code of a default of this type. Throws where it has none in code. */
  readonly literal: (json: unknown) => string
  /** For telling branches of a union apart. */
  readonly kind: FieldType
  /** Whether a value may be absent; `type` does not say so. */
  readonly nullable?: boolean
}

const numbers = (json: unknown) => (Object.is(json, -0) ? '-0' : String(json))
const bigints = (json: unknown) => `${json}n`
const texts = (json: unknown) => quoted(String(json))
const bytes = (json: unknown) => `Uint8Array.of(${Buffer.from(String(json), 'latin1').join(', ')})`

const simple = (field: string, type: string, literal: TypeCode['literal'], kind: FieldType['kind'] = field as FieldType['kind']): TypeCode => ({
  field: `t.${field}`,
  type,
  literal,
  kind: { kind },
})

const primitives: Readonly<Record<string, TypeCode>> = {
  null: { ...simple('null', 'undefined', () => 'undefined'), nullable: true },
  boolean: simple('boolean', 'boolean', numbers),
  int: simple('int', 'number', numbers),
  long: simple('long', 'bigint', bigints),
  float: simple('float', 'number', numbers),
  double: simple('double', 'number', numbers),
  bytes: simple('bytes', 'Uint8Array', bytes),
  string: simple('string', 'string', texts),
}

const logicals: Readonly<Record<string, TypeCode>> = {
  'string uuid': simple('uuid', 'string', texts),
  'int date': simple('date', 'string', json => quoted(dateOfDays(Number(json)))),
  'int time-millis': simple('timeMillis', 'number', numbers, 'time-millis'),
  'long time-micros': simple('timeMicros', 'number', numbers, 'time-micros'),
  'long timestamp-millis': simple('timestamp', 'Date', json => `new Date(${quoted(new Date(Number(json)).toISOString())})`),
  'long timestamp-micros': simple('timestampMicros', 'bigint', bigints, 'timestamp-micros'),
  'long timestamp-nanos': simple('timestampNanos', 'bigint', bigints, 'timestamp-nanos'),
  'long local-timestamp-millis': simple('localTimestampMillis', 'bigint', bigints, 'local-timestamp-millis'),
  'long local-timestamp-micros': simple('localTimestampMicros', 'bigint', bigints, 'local-timestamp-micros'),
  'long local-timestamp-nanos': simple('localTimestampNanos', 'bigint', bigints, 'local-timestamp-nanos'),
}

/** Turns the types of one file into code. */
export class FieldCode {
  constructor(
    private readonly all: ReadonlyMap<string, NamedSchema>,
    private readonly imports: Imports,
    /** Which records are declared after the class, and what has to stand above all classes for them. */
    private readonly order: { readonly isLater: (name: string) => boolean; readonly declarations: Set<string> },
  ) {}

  /** Throws an Error with the reason where there is no such type in TypeScript. */
  of(json: unknown): TypeCode {
    if (Array.isArray(json)) return json[0] === 'null' && json.length > 1 ? this.#optional(json.slice(1)) : this.union(json)
    if (typeof json === 'string') return primitives[json] ?? this.#named(json)
    const { type, items, values, logicalType } = json as Json
    if (type === 'array') return this.#array(this.of(items))
    if (type === 'map') return this.#map(this.of(values))
    const decimal = type === 'bytes' ? decimalOf(json as Json) : undefined
    return decimal ?? logicals[`${type} ${logicalType}`] ?? (primitives[String(type)] as TypeCode)
  }

  #laterOf(identifier: string): string {
    this.order.declarations.add(`const later${identifier} = t.later(() => ${identifier})`)
    return `later${identifier}`
  }

  #array({ field, type, literal, nullable }: TypeCode): TypeCode {
    const item = nullable && type !== 'undefined' ? `${type} | undefined` : type
    return {
      field: `t.array(${field})`,
      type: item.includes(' | ') ? `(${item})[]` : `${item}[]`,
      literal: json => `[${(json as readonly unknown[]).map(literal).join(', ')}]`,
      kind: { kind: 'array' },
    }
  }

  #map({ field, type, literal, nullable }: TypeCode): TypeCode {
    const entry = ([key, value]: [string, unknown]) => `${keyCode(key)}: ${literal(value)}`
    return {
      field: `t.map(${field})`,
      type: `Record<string, ${nullable && type !== 'undefined' ? `${type} | undefined` : type}>`,
      literal: json => objectCode(Object.entries(json as object).map(entry)),
      kind: { kind: 'map' },
    }
  }

  #optional(branches: readonly unknown[]): TypeCode {
    const { field, type, literal, kind } = branches.length === 1 ? this.of(branches[0]) : this.union(branches)
    return {
      field: `t.optional(${field})`,
      type,
      literal: json => (json === null ? 'undefined' : literal(json)),
      kind: { kind: 'optional', of: kind },
      nullable: true,
    }
  }

  /** The types of a union, without making it an optional. Throws like `of`. */
  union(branches: readonly unknown[]): TypeCode {
    if (branches.length === 0) throw new Error('a union without branches has no value')
    const codes = branches.map(branch => this.of(branch))
    const problem = unionProblem(codes.map(({ kind }) => kind))
    if (problem) throw new Error(`it ${problem}`)
    const [first] = codes as [TypeCode]
    const others = codes.filter(({ kind }) => kind.kind !== 'null')
    return {
      field: `t.union(${codes.map(({ field }) => field).join(', ')})`,
      type: [...new Set(others.map(({ type }) => type))].join(' | ') || 'undefined',
      literal: first.literal,
      kind: { kind: 'union', branches: codes.map(({ kind }) => kind) },
      nullable: others.length < codes.length,
    }
  }

  #named(name: string): TypeCode {
    if (!name.includes('.') && this.imports.hasNamespace) throw new Error(`it uses ${name}, which has no namespace: a class inside a namespace cannot say so`)
    const { json } = this.all.get(name) as NamedSchema
    const identifier = this.imports.identifier(name)
    if (json.type === 'enum') return { field: identifier, type: identifier, literal: texts, kind: { kind: 'enum', name } }
    if (json.type === 'fixed') return { ...fixedCode(json), field: identifier }
    const later = this.order.isLater(name)
    return {
      field: later ? this.#laterOf(identifier) : identifier,
      type: later ? `Later<${identifier}>` : identifier,
      literal: value => {
        if (later) throw new Error(`a default is a ${name}, which is made of this record`)
        return this.#record(json, identifier, value as Json)
      },
      kind: { kind: 'record', later: () => Object as never, name },
    }
  }

  #record({ fields }: Json, identifier: string, value: Json): string {
    const given = (fields as readonly Json[]).filter(({ name }) => value[String(name)] !== undefined && value[String(name)] !== null)
    return `new ${identifier}(${objectCode(given.map(({ name, type }) => `${name}: ${this.of(type).literal(value[String(name)])}`))})`
  }
}

/** Of a fixed: as a declaration of it would have it. */
export function fixedCode(json: Json): TypeCode {
  const { name, size, logicalType } = json
  const of = quoted(String(name))
  const kind = { name: String(name), size: Number(size) }
  if (logicalType === 'uuid' && size === 16) {
    return { field: `t.fixedUuid(${of})`, type: 'string', literal: json => quoted(uuidText(String(json))), kind: { ...kind, kind: 'uuid' } }
  }
  if (logicalType === 'duration' && size === 12) {
    return { field: `t.duration(${of})`, type: 'CalendarDuration', literal: durationLiteral, kind: { ...kind, kind: 'duration' } }
  }
  return decimalOf(json) ?? { field: `t.fixed(${of}, ${size})`, type: 'Uint8Array', literal: bytes, kind: { ...kind, kind: 'fixed' } }
}

function decimalOf({ type, name, size, logicalType, precision = 0, scale = 0 }: Json): TypeCode | undefined {
  const [digits, behind] = [Number(precision), Number(scale)]
  if (logicalType !== 'decimal' || !(digits >= 1 && behind >= 0 && behind <= digits)) return undefined
  const digitsCode = behind === 0 ? `${digits}` : `${digits}, ${behind}`
  const literal = (json: unknown) => quoted(decimalText(Buffer.from(String(json), 'latin1'), behind))
  if (type === 'bytes') return { field: `t.decimal(${digitsCode})`, type: 'string', literal, kind: { kind: 'decimal' } }
  if (digits > Math.floor(Math.log10(2) * (8 * Number(size) - 1))) return undefined
  return { field: `t.fixedDecimal(${quoted(String(name))}, ${size}, ${digitsCode})`, type: 'string', literal, kind: { kind: 'decimal', name: String(name) } }
}

function decimalText(bytes: Buffer, scale: number): string {
  const unscaled = BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex') || '0'}`))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return `${unscaled < 0n ? '-' : ''}${text}`
}

function uuidText(bytes: string): string {
  return Buffer.from(bytes, 'latin1')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function durationLiteral(json: unknown): string {
  const bytes = Buffer.from(String(json), 'latin1')
  return `{ months: ${bytes.readUInt32LE(0)}, days: ${bytes.readUInt32LE(4)}, milliseconds: ${bytes.readUInt32LE(8)} }`
}

/** `__proto__` is a key like any other only where it is computed. */
function keyCode(key: string): string {
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z]\w*$/.test(key) ? key : quoted(key)
}

function objectCode(entries: readonly string[]): string {
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
