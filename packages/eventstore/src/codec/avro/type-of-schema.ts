import avsc from 'avsc'
import { ArrayType } from './array-type.js'
import { BytesType } from './bytes-type.js'
import { DecimalType } from './decimal-type.js'
import { DoubleType } from './double-type.js'
import { EnumType } from './enum-type.js'
import { FloatType } from './float-type.js'
import { LongType } from './long-type.js'
import { MapType } from './map-type.js'
import { NullType } from './null-type.js'
import { OptionalType } from './optional-type.js'
import { RecordType } from './record-type.js'
import { StringType } from './string-type.js'
import type { AvroType } from './tap.js'
import { TimestampType } from './timestamp-type.js'
import { UuidType } from './uuid-type.js'

/** The parts of a schema's JSON that decide which type it is. */
interface SchemaJson {
  readonly type?: unknown
  readonly logicalType?: string
  readonly precision?: number
  readonly scale?: number
  readonly name?: string
  readonly namespace?: string
}

type Options = Partial<Parameters<NonNullable<avsc.ForSchemaOptions['typeHook']>>[1]>

const scalars = new Map<unknown, AvroType>([
  ['null', new NullType()],
  ['long', new LongType()],
  ['float', new FloatType() as unknown as AvroType],
  ['double', new DoubleType() as unknown as AvroType],
  ['bytes', new BytesType()],
  ['string', new StringType()],
])
const timestamp = new TimestampType()
const uuid = new UuidType()

/**
 * avsc's type for a schema, with Ottla's own types in place of those of avsc's that would change values.
 *
 * @param prototypeOf the prototype of the objects that records of this full name are read as.
 * @throws avsc's errors when the schema is none.
 */
export function typeOfSchema(schema: string, prototypeOf: (recordName: string) => object): AvroType {
  const typeHook = (part: avsc.Schema, options: Options): avsc.Type | undefined => {
    if (typeof part === 'string') return scalars.get(part)
    if (Array.isArray(part)) return optionalType(part, options)
    const json = part as SchemaJson
    switch (json.type) {
      case 'record':
        return new RecordType(part, options, prototypeOf(fullName(json, options)))
      case 'array':
        return new ArrayType(part, options)
      case 'map':
        return new MapType(part, options)
      case 'enum':
        return new EnumType(part, options)
      default:
        return logicalType(json) ?? scalars.get(json.type)
    }
  }
  return avsc.Type.forSchema(JSON.parse(schema), { typeHook }) as AvroType
}

/** A logical type that makes no sense is passed over, as the specification wants it. */
function logicalType({ type, logicalType, precision = 0, scale = 0 }: SchemaJson): AvroType | undefined {
  if (type === 'string' && logicalType === 'uuid') return uuid
  if (type === 'long' && logicalType === 'timestamp-millis') return timestamp
  if (type === 'long' && logicalType) return new LongType(logicalType)
  if (type === 'bytes' && logicalType === 'decimal' && precision >= 1 && scale >= 0 && scale <= precision) return new DecimalType(precision, scale)
  return undefined
}

function optionalType(branches: readonly avsc.Schema[], options: Options): avsc.Type | undefined {
  if (branches.length !== 2 || branches[0] !== 'null') return undefined
  return new OptionalType(branches.map(branch => avsc.Type.forSchema(branch, options)) as unknown as avsc.Schema, options)
}

function fullName({ name = '', namespace }: SchemaJson, options: Options): string {
  const enclosing = namespace ?? options.namespace
  return name.includes('.') || !enclosing ? name : `${enclosing}.${name}`
}
