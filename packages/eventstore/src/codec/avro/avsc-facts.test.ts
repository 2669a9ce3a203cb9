import { event, type MessageClass, messageDefinition, t } from '@ottla/core'
import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import { AvroCodec } from '../avro-codec.js'
import { openRegistry } from '../codec.fixture.js'
import { messageSchema } from '../message-schema.js'
import { resolverOf } from './resolver-of.js'
import { typeOfSchema } from './type-of-schema.js'

// What avsc 5.7.9 does by itself, and why Ottla has types of its own in its place. Where a first half fails after an upgrade, the detour may have become needless.

const plain = () => Object.prototype
const typeOf = (schema: unknown) => typeOfSchema(JSON.stringify(schema), plain)
const record = (name: string, fields: readonly object[]) => ({ type: 'record', name, fields })

describe('avsc', () => {
  test('corrupts longs below −2^52 without a word; ours are exact up to the ends of 64 bits', () => {
    const least = -(2 ** 53 - 2)
    const theirs = avsc.Type.forSchema('long')
    expect(theirs.fromBuffer(theirs.toBuffer(least + 1))).not.toBe(least + 1)

    const ours = typeOf('long')
    for (const middle of [2n ** 63n - 1n, 2n ** 53n, 2n ** 52n, 2n ** 50n, 2n ** 31n, 2n ** 30n, 0n]) {
      for (let value = middle - 40n; value <= middle + 40n; value++) {
        for (const each of [value, -value, -value - 1n]) {
          if (BigInt.asIntN(64, each) === each) expect(ours.fromBuffer(ours.toBuffer(each))).toBe(each)
          else expect(() => ours.toBuffer(each)).toThrow(/^MESSAGE_INVALID/)
        }
      }
    }
  })

  test('cannot parse an empty union; ours reads whatever has no value of it', () => {
    const schema = record('A', [{ name: 'list', type: { type: 'array', items: [] } }])
    expect(() => avsc.Type.forSchema(schema as never)).toThrow(/empty union/)

    expect(typeOf(schema).fromBuffer(Buffer.from([0]))).toEqual({ list: [] })
    expect(() => typeOf(schema).fromBuffer(Buffer.from([2, 0, 0]))).toThrow(/^RECORD_UNREADABLE: .*a union has no branch 0/)
  })

  test('writes into the options that it is given; ours parses any number of schemas with the same names', () => {
    const options = {}
    avsc.Type.forSchema(record('shop.A', []) as never, options)
    expect(options).not.toEqual({})
    expect(() => avsc.Type.forSchema(record('shop.A', []) as never, options)).toThrow(/duplicate type name/)

    for (let again = 0; again < 3; again++) expect(typeOf(record('shop.A', [])).name).toBe('shop.A')
  })

  test('keeps an unfinished resolver in the options; ours tries each way with options of their own', () => {
    const [reader, writer] = [typeOf(record('shop.A', [{ name: 'b', type: 'int' }])), typeOf(record('shop.A', [{ name: 'b', type: 'string' }]))]
    for (let again = 0; again < 2; again++) expect(() => resolverOf(reader, writer)).toThrow(/cannot read/)
    const options = {}
    expect(() => reader.createResolver(writer, options)).toThrow()
    expect(Object.keys((options as { registry: object }).registry)).toEqual([])
  })

  test('refuses a type that moved to another namespace; ours reads it, as Java does', () => {
    const nested = (namespace: string) => record('shop.Placed', [{ name: 'line', type: record(`${namespace}.Line`, [{ name: 'id', type: 'string' }]) }])
    expect(() => avsc.Type.forSchema(nested('sales') as never).createResolver(avsc.Type.forSchema(nested('shop') as never))).toThrow(/no alias found/)

    const [reader, writer] = [typeOf(nested('sales')), typeOf(nested('shop'))]
    expect(reader.fromBuffer(writer.toBuffer({ line: { id: 'x' } }), resolverOf(reader, writer))).toEqual({ line: { id: 'x' } })
  })

  test('rounds defaults of longs that JSON numbers do not hold; ours are exact', async () => {
    const schema = '{"type":"record","name":"shop.A","fields":[{"name":"b","type":"long","default":9007199254740993}]}'
    expect(JSON.parse(schema).fields[0].default).toBe(9_007_199_254_740_992)

    const B = event('shop.A', { b: t.withDefault(t.long, 9_007_199_254_740_993n) })
    expect(messageSchema(messageDefinition(B as MessageClass)).text).toContain('"default":9007199254740993}')
    const codec = new AvroCodec(openRegistry())
    const older = messageDefinition(event('shop.A', {}) as MessageClass)
    await codec.prepare('t', [older])
    expect(codec.decode(messageDefinition(B as MessageClass), codec.encode('t', older, {}))).toEqual({ b: 9_007_199_254_740_993n })
  })
})
