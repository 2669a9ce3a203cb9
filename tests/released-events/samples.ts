import type { FieldType, MessageClass, MessageDefinition } from '@ottla/core'
import { instantiate, messageDefinition } from '@ottla/core'

/** Messages are written twice: with as little in them as their schema allows, and with as much as makes a difference to a reader. */
export const amounts = ['least', 'most'] as const

export type Amount = (typeof amounts)[number]

/** A message of this class with little or much in it; the same at each call. */
export function sampleOf(definition: MessageDefinition, amount: Amount): object {
  return instantiate(definition, Object.fromEntries(definition.fields.map(({ name, type }) => [name, sampleValue(type, amount)])))
}

function sampleValue(type: FieldType, amount: Amount): unknown {
  const of = type.of as FieldType
  const much = amount === 'most'
  switch (type.kind) {
    case 'optional':
      return much ? sampleValue(of, amount) : undefined
    case 'array':
      return much ? [sampleValue(of, 'most'), sampleValue(of, 'least')] : []
    case 'map':
      return much ? { ключ: sampleValue(of, 'most'), key: sampleValue(of, 'least') } : {}
    case 'record':
      return sampleOf(messageDefinition(type.class as MessageClass), amount)
    case 'enum':
      return type.symbols?.at(much ? -1 : 0)
    case 'decimal': {
      const { precision = 1, scale = 0 } = type
      return much ? `-${'9'.repeat(precision - scale) || '0'}${scale > 0 ? `.${'9'.repeat(scale)}` : ''}` : '0'
    }
    default:
      return scalar(type, much)
  }
}

function scalar({ kind }: FieldType, much: boolean): unknown {
  switch (kind) {
    case 'string':
      return much ? 'Größe 10 – “ten”\u0000\n🎈' : ''
    case 'boolean':
      return much
    case 'int':
      return much ? -(2 ** 31) : 0
    case 'long':
      return much ? -(2n ** 63n) : 0n
    case 'float':
      return much ? Math.fround(-1.1) : 0
    case 'double':
      return much ? -Number.MAX_VALUE : 0
    case 'bytes':
      return much ? new Uint8Array([0, 255, 127, 128]) : new Uint8Array()
    case 'uuid':
      return much ? 'ffffffff-ffff-4fff-bfff-ffffffffffff' : '00000000-0000-4000-8000-000000000000'
    case 'timestamp':
      return much ? new Date('9999-12-31T23:59:59.999Z') : new Date(0)
    default:
      throw new Error(`There is no sample for a field of type ${kind}: add one.`)
  }
}
