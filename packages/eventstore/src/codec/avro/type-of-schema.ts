import avsc from 'avsc'
import { parseExactJson } from '../../registry/exact-json.js'
import { ArrayType } from './array-type.js'
import { BytesType } from './bytes-type.js'
import { DateType } from './date-type.js'
import { DecimalType } from './decimal-type.js'
import { DoubleType } from './double-type.js'
import { DurationType } from './duration-type.js'
import { EnumType } from './enum-type.js'
import { FixedDecimalType } from './fixed-decimal-type.js'
import { FixedType } from './fixed-type.js'
import { FixedUuidType } from './fixed-uuid-type.js'
import { FloatType } from './float-type.js'
import { IntType } from './int-type.js'
import { LongType } from './long-type.js'
import { MapType } from './map-type.js'
import { NullType } from './null-type.js'
import { OptionalType } from './optional-type.js'
import { RecordType } from './record-type.js'
import { StringType } from './string-type.js'
import type { AvroType } from './tap.js'
import { TimeType } from './time-type.js'
import { TimestampType } from './timestamp-type.js'
import { UnionType } from './union-type.js'
import { UuidType } from './uuid-type.js'

/** The parts of a schema's JSON that decide which type it is. */
interface SchemaJson {
  readonly type?: unknown
  readonly logicalType?: string
  readonly precision?: number
  readonly scale?: number
  readonly name?: string
  readonly namespace?: string
  readonly size?: number
}

type Options = Partial<Parameters<NonNullable<avsc.ForSchemaOptions['typeHook']>>[1]>

const scalars = new Map<unknown, AvroType>([
  ['null', new NullType()],
  ['int', new IntType()],
  ['long', new LongType()],
  ['float', new FloatType() as unknown as AvroType],
  ['double', new DoubleType() as unknown as AvroType],
  ['bytes', new BytesType()],
  ['string', new StringType()],
])
const logical: Readonly<Record<string, AvroType>> = {
  'string uuid': new UuidType(),
  'int date': new DateType(),
  'int time-millis': new TimeType('time-millis'),
  'long time-micros': new TimeType('time-micros'),
  'long timestamp-millis': new TimestampType(),
}

/**
 * avsc's type for a schema, with Ottla's own types in place of those of avsc's that would change values.
 *
 * @param prototypeOf the prototype of the objects that records of this full name are read as.
 * @throws avsc's errors when the schema is none.
 */
export function typeOfSchema(schema: string, prototypeOf: (recordName: string) => object): AvroType {
  const typeHook = (part: avsc.Schema, options: Options): avsc.Type | undefined => {
    if (typeof part === 'string') return scalars.get(part)
    if (Array.isArray(part)) return unionType(part, options)
    const json = part as SchemaJson
    switch (json.type) {
      case 'record':
      case 'error':
        return new RecordType(part, options, prototypeOf(fullName(json, options)))
      case 'array':
        return new ArrayType(part, options)
      case 'map':
        return new MapType(part, options)
      case 'enum':
        return new EnumType(part, options)
      case 'fixed':
        return fixedType(part, json, options)
      default:
        return logicalType(json) ?? scalars.get(json.type)
    }
  }
  return avsc.Type.forSchema(parseExactJson(schema) as avsc.Schema, { typeHook }) as AvroType
}

/** A logical type that makes no sense is passed over, as the specification wants it. */
function logicalType(json: SchemaJson): AvroType | undefined {
  const { type, logicalType, precision = 0, scale = 0 } = json
  if (!logicalType) return undefined
  if (type === 'bytes' && isDecimal(json)) return new DecimalType(precision, scale)
  return logical[`${type} ${logicalType}`] ?? (type === 'long' ? new LongType(logicalType) : undefined)
}

function fixedType(part: avsc.Schema, json: SchemaJson, options: Options): AvroType {
  const { logicalType, precision = 0, scale = 0, size = 0 } = json
  if (isDecimal(json) && precision <= Math.floor(Math.log10(2) * (8 * size - 1))) return new FixedDecimalType(part, options, precision, scale)
  if (logicalType === 'uuid' && size === 16) return new FixedUuidType(part, options)
  if (logicalType === 'duration' && size === 12) return new DurationType(part, options)
  return new FixedType(part, options)
}

function isDecimal({ logicalType, precision = 0, scale = 0 }: SchemaJson): boolean {
  return logicalType === 'decimal' && precision >= 1 && scale >= 0 && scale <= precision
}

function unionType(branches: readonly avsc.Schema[], options: Options): avsc.Type {
  const types = branches.map(branch => avsc.Type.forSchema(branch, options) as AvroType)
  const optional = types.length === 2 && types[0]?.typeName === 'null' && !avsc.Type.isType(types[1], 'union') && types[1]?.typeName !== 'null'
  return optional ? new OptionalType(types as unknown as avsc.Schema, options) : new UnionType(types)
}

function fullName({ name = '', namespace }: SchemaJson, options: Options): string {
  const enclosing = namespace ?? options.namespace
  return name.includes('.') || !enclosing ? name : `${enclosing}.${name}`
}
