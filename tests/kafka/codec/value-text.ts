import { branchFinder, type FieldType, type MessageDefinition, recordDefinition } from '@ottla/core'

/** A normal message in the words of Values.java. */
export function messageText(definition: MessageDefinition, message: object): unknown {
  return Object.fromEntries(definition.fields.map(({ name, type }) => [name, valueText(type, (message as Record<string, unknown>)[name])]))
}

function valueText(type: FieldType, value: unknown): unknown {
  switch (type.kind) {
    case 'null':
      return null
    case 'boolean':
      return value
    case 'float':
      return bits(4, buffer => buffer.writeFloatBE(value as number))
    case 'double':
      return bits(8, buffer => buffer.writeDoubleBE(value as number))
    case 'bytes':
    case 'fixed':
      return Buffer.from(value as Uint8Array).toString('hex')
    case 'array':
      return (value as readonly unknown[]).map(item => valueText(type.of as FieldType, item))
    case 'map':
      return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, valueText(type.of as FieldType, each)]))
    case 'record':
      return messageText(recordDefinition(type), value as object)
    case 'union':
      return branchText(type.branches as readonly FieldType[], value)
    case 'optional':
      return type.of?.kind === 'union' ? branchText([{ kind: 'null' }, ...(type.of.branches ?? [])], value) : optionalText(type.of as FieldType, value)
    case 'timestamp':
      return String((value as Date).getTime())
    case 'duration': {
      const { months, days, milliseconds } = value as Record<string, number>
      return `${months},${days},${milliseconds}`
    }
    default:
      return String(value)
  }
}

function optionalText(of: FieldType, value: unknown): unknown {
  return value === undefined ? [0, null] : [1, valueText(of, value)]
}

function branchText(branches: readonly FieldType[], value: unknown): unknown {
  const index = branchFinder(branches)(value) as number
  return [index, valueText(branches[index] as FieldType, value)]
}

/** As Java has them: without leading zeros, and one NaN. */
function bits(length: number, write: (buffer: Buffer) => void): string {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer.toString('hex').replace(/^0+(?=.)/, '')
}
