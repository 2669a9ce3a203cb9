import { event, t } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import { AvroCodec } from './avro-codec.js'
import { definitionOf, Line, OrderPlaced, openRegistry, written } from './codec.fixture.js'
import { isUnreadable } from './unreadable.js'

describe('bytes that are damaged', () => {
  const read = async (change: (bytes: Buffer) => Buffer) => {
    const message = new OrderPlaced({ orderId: 'order-1', lines: [new Line({ productId: 'p', quantity: 300 })], note: 'n' })
    const { bytes, reader } = await written(message)
    return reader.decode(definitionOf(OrderPlaced), change(bytes))
  }
  const changed = (at: number, value: number) => (bytes: Buffer) => {
    bytes[at] = value
    return bytes
  }

  test('at every length short of the whole are unreadable', async () => {
    const { bytes } = await written(new OrderPlaced({ orderId: 'order-1', lines: [new Line({ productId: 'p', quantity: 300 })], note: 'n' }))
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(whole => whole.subarray(0, length))).rejects.toMatchObject({ code: 'RECORD_CUT_OFF' })
    }
  })

  test('with something left over are unreadable', async () => {
    await expect(read(bytes => Buffer.concat([bytes, Buffer.from([0])]))).rejects.toThrow(/^RECORD_UNREADABLE: .*1 bytes are left over/)
  })

  test('with another magic byte are unreadable, and there is nothing to learn from them', async () => {
    await expect(read(changed(0, 1))).rejects.toThrow(/^RECORD_FORMAT_UNKNOWN: .*begin with 1/)
    const codec = new AvroCodec(openRegistry())
    expect(codec.knows(Buffer.from([1, 0, 0, 0, 1]))).toBe(true)
    await expect(codec.learn(Buffer.from([1, 0, 0, 0, 1]))).rejects.toMatchObject({ code: 'RECORD_FORMAT_UNKNOWN' })
  })

  test('with a length below zero or beyond the end are unreadable', async () => {
    await expect(read(changed(5, 1))).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
    await expect(read(changed(5, 126))).rejects.toMatchObject({ code: 'RECORD_CUT_OFF' })
  })

  test('with a string that is no UTF-8 are unreadable', async () => {
    await expect(read(changed(6, 0xff))).rejects.toThrow(/^RECORD_UNREADABLE: .*no UTF-8/)
  })

  test('with a huge count of items are unreadable at once, read or passed over', async () => {
    const Before = event('shop.A', { list: t.array(t.string), map: t.map(t.string) })
    const After = event('shop.A', { other: t.optional(t.string) })
    const { bytes, reader } = await written(new Before({ list: [], map: {} }))
    const huge = Buffer.from('fcffffffffffffff01', 'hex')
    const list = Buffer.concat([bytes.subarray(0, 5), huge])
    const map = Buffer.concat([bytes.subarray(0, 6), huge])
    for (const definition of [Before, After].map(definitionOf)) {
      for (const damaged of [list, map]) expect(() => reader.decode(definition, damaged)).toThrow(/^RECORD_UNREADABLE: .*longer than the record/)
    }
  })

  test('with a long of more than 64 bits are unreadable', async () => {
    const A = event('shop.A', { v: t.long })
    const { bytes, reader } = await written(new A({ v: 1n }))
    for (const long of ['ffffffffffffffffff02', 'ffffffffffffffffffff01']) {
      const damaged = Buffer.concat([bytes.subarray(0, 5), Buffer.from(long, 'hex')])
      expect(() => reader.decode(definitionOf(A), damaged)).toThrow(/^RECORD_UNREADABLE: .*more than 64 bits/)
    }
  })

  test('with a decimal, a time, a UUID or a symbol that is none are unreadable', async () => {
    const cases = [
      [t.decimal(3, 1), '9', '0603e801'],
      [t.decimal(3, 1), '9', '0403e8'],
      [t.decimal(3, 1), '9', '00'],
      [t.timestamp, new Date(0), 'ffffffffffffffffff01'],
      [t.uuid, '0189d2d5-7f6a-7c31-8a5e-0123456789ab', '0261'],
      [t.enum('S', ['a']), 'a', '02'],
      [t.optional(t.int), 1, '04'],
    ] as const
    for (const [type, value, damage] of cases) {
      const A = event('shop.A', { v: type as ReturnType<typeof t.optional> })
      const { bytes, reader } = await written(new A({ v: value } as never))
      const damaged = Buffer.concat([bytes.subarray(0, 5), Buffer.from(damage, 'hex')])
      expect(() => reader.decode(definitionOf(A), damaged)).toThrow(/^RECORD_UNREADABLE/)
    }
  })

  test('at random end in a message or in an error that says that they are unreadable, and in no time', async () => {
    const message = new OrderPlaced({ orderId: 'order-1', lines: [new Line({ productId: 'p', quantity: 300 })], note: 'n' })
    const { bytes, reader } = await written(message)
    let seed = 7
    for (let round = 0; round < 20_000; round++) {
      const damaged = Buffer.from(bytes)
      for (let hits = 0; hits < 3; hits++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
        damaged[5 + ((seed >>> 8) % (bytes.length - 5))] = seed >>> 24
      }
      try {
        reader.decode(definitionOf(OrderPlaced), damaged)
      } catch (error) {
        expect(isUnreadable(error)).toBe(true)
      }
    }
  })
})
