/** A schema as the registry gives it. */
export type AvroSchema = string | readonly AvroSchema[] | AvroRecord
interface AvroRecord {
  readonly type: string | AvroSchema
  readonly name?: string
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[]
}

/**
 * Decodes what the bank's messages are made of (strings, whole numbers, records of them), straight from Avro's specification and without Ottla's codec: a
 * witness must not share the accused's glasses.
 */
export function decodeAvro(schema: AvroSchema, bytes: Buffer): Record<string, unknown> {
  const input = { bytes, at: 0 }
  const value = decode(schema, input)
  if (input.at !== bytes.length) throw new Error(`${bytes.length - input.at} bytes are left after the value`)
  return value as Record<string, unknown>
}

interface Input {
  readonly bytes: Buffer
  at: number
}

function decode(schema: AvroSchema, input: Input): unknown {
  if (typeof schema === 'string') return decodePrimitive(schema, input)
  if (!('type' in schema)) return decode(schema[readLong(input)] as AvroSchema, input)
  if (schema.type !== 'record') return decode(schema.type as AvroSchema, input)
  return Object.fromEntries((schema.fields ?? []).map(({ name, type }) => [name, decode(type, input)]))
}

function decodePrimitive(type: string, input: Input): unknown {
  if (type === 'int' || type === 'long') return readLong(input)
  if (type === 'null') return null
  if (type === 'boolean') return input.bytes[input.at++] === 1
  if (type !== 'string') throw new Error(`the bank has no values of type ${type}`)
  const length = readLong(input)
  input.at += length
  return input.bytes.toString('utf8', input.at - length, input.at)
}

/** Zigzag, 7 bits a byte, the lowest first. */
function readLong(input: Input): number {
  let value = 0
  let factor = 1
  for (;;) {
    const byte = input.bytes[input.at++]
    if (byte === undefined) throw new Error('the value ends too soon')
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    factor *= 128
  }
}
