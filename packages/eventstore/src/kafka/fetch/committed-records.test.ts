import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../../log/log.js'
import { encodeBatch } from '../writer/record-batch.js'
import { CommittedRecords } from './committed-records.js'
import { crc32c } from './crc32c.js'
import { endOf } from './record-batch.js'

const place = { topic: 'events', partition: 2 }

interface BatchSpec {
  readonly values: readonly (string | null)[]
  readonly producer?: number
  readonly isTransactional?: boolean
  readonly key?: string
}

/** A batch at `offset`, as the broker stores it. */
function batch(offset: number, { values, producer = -1, isTransactional = false, key = 'k' }: BatchSpec): Buffer {
  const records = values.map(value => ({ ...place, key, value: value === null ? null : Buffer.from(value), headers: { a: '1' }, timestamp: 1_700_000_000_000 }))
  const origin = { producerId: `${producer}`, producerEpoch: 0, firstSequence: 0, isTransactional }
  const bytes = encodeBatch(records, origin, checked => crc32c(checked, 0, checked.length))
  bytes.writeBigInt64BE(BigInt(offset), 0)
  return bytes
}

function transactional(offset: number, producer: number, values: readonly string[], key?: string): Buffer {
  return batch(offset, { values, producer, isTransactional: true, ...(key !== undefined && { key }) })
}

/** The marker of a transaction's end: its key holds version and type. */
function marker(offset: number, producer: number, type: 'commit' | 'abort'): Buffer {
  const bytes = batch(offset, { values: ['12'], producer, isTransactional: true, key: `\0\0\0${type === 'abort' ? '\0' : '\x01'}` })
  return changed(bytes, 21, bytes.readInt16BE(21) | 0x20)
}

/** Another value of two bytes there, with the checksum that fits. */
function changed(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeInt16BE(value, at)
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17)
  return bytes
}

function compressed(bytes: Buffer, compression: number, compress: (records: Buffer) => Buffer): Buffer {
  const whole = Buffer.concat([bytes.subarray(0, 61), compress(bytes.subarray(61))])
  whole.writeInt32BE(whole.length - 12, 8)
  return changed(whole, 21, whole.readInt16BE(21) | compression)
}

/** All that is left, as offset and value, and where the reader then stands. */
function read(from: number, batches: readonly Buffer[], aborted: readonly { producerId: number; firstOffset: number }[] = []) {
  const bytes = Buffer.concat(batches)
  const committed = new CommittedRecords(place, from, { bytes, aborted })
  const records: LogRecord[] = []
  for (let record = committed.next(); record; record = committed.next()) records.push(record)
  expect(committed.position).toBe(endOf(bytes, from))
  return { seen: records.map(({ offset, value }) => `${offset}${value}`), position: committed.position, records }
}

describe('what a fetch gives', () => {
  it('has each record as it was written', () => {
    const { records } = read(5, [batch(5, { values: ['x', null] })])
    expect(records).toEqual([
      { ...place, offset: 5, key: 'k', value: Buffer.from('x'), headers: { a: '1' }, timestamp: 1_700_000_000_000 },
      { ...place, offset: 6, key: 'k', value: null, headers: { a: '1' }, timestamp: 1_700_000_000_000 },
    ])
  })

  it('begins in the middle of a batch', () => {
    expect(read(6, [batch(4, { values: ['a', 'b', 'c', 'd'] })])).toMatchObject({ seen: ['6c', '7d'], position: 8 })
  })

  it('ends before a batch that is cut', () => {
    const cut = batch(1, { values: ['b'] })
    for (const length of [5, 11, 12, 40, 61, cut.length - 1]) {
      expect(read(0, [batch(0, { values: ['a'] }), cut.subarray(0, length)])).toMatchObject({ seen: ['0a'], position: 1 })
    }
  })

  it('passes over batches that compaction has emptied, and over records that it has removed from the end of one', () => {
    const emptied = batch(0, { values: ['a', 'b', 'c'] }).subarray(0, 61)
    emptied.writeInt32BE(49, 8)
    emptied.writeInt32BE(0, 57)
    expect(read(0, [changed(emptied, 51, 0)])).toMatchObject({ seen: [], position: 3 })
    const shortened = batch(0, { values: ['a'] })
    expect(read(0, [changed(shortened, 25, 4)])).toMatchObject({ seen: ['0a'], position: 5 })
  })

  it.each([
    ['gzip', 1, gzipSync],
    ['zstd', 4, zstdCompressSync],
  ] as const)('is read when it is compressed with %s', (_, compression, compress) => {
    expect(read(0, [compressed(batch(0, { values: ['a', 'b'] }), compression, compress)])).toMatchObject({ seen: ['0a', '1b'], position: 2 })
  })

  it.each([
    ['snappy', 2],
    ['lz4', 3],
  ] as const)('is refused with its place when it is compressed with %s', (name, compression) => {
    const bytes = changed(batch(7, { values: ['a'] }), 21, compression)
    expect(() => read(7, [bytes])).toThrow(`LOG_RECORDS_UNREADABLE: The records of events-2 from offset 7 on cannot be read (compressed with ${name}`)
  })

  it('is refused when a byte has changed on the way', () => {
    const bytes = batch(7, { values: ['abc'] })
    bytes[bytes.indexOf('abc')] = 'x'.charCodeAt(0)
    expect(() => read(7, [bytes])).toThrow('from offset 7 on cannot be read (the checksum does not fit)')
  })
})

describe('transactions in a fetch', () => {
  it('are given when they committed, and passed over when they aborted', () => {
    const batches = [transactional(0, 1, ['a', 'b']), marker(2, 1, 'abort'), transactional(3, 1, ['c']), marker(4, 1, 'commit')]
    expect(read(0, batches, [{ producerId: 1, firstOffset: 0 }])).toMatchObject({ seen: ['3c'], position: 5 })
  })

  it('of several producers may interleave, in whatever order they end', () => {
    const batches = [transactional(0, 1, ['a']), transactional(1, 2, ['b']), transactional(2, 3, ['c']), transactional(3, 1, ['d']), transactional(4, 2, ['e'])]
    batches.push(marker(5, 2, 'abort'), transactional(6, 2, ['f']), marker(7, 1, 'abort'), marker(8, 3, 'commit'), marker(9, 2, 'commit'))
    const aborted = [
      { producerId: 2, firstOffset: 1 },
      { producerId: 1, firstOffset: 0 },
    ]
    expect(read(0, batches, aborted)).toMatchObject({ seen: ['2c', '6f'], position: 10 })
  })

  it('of one producer may abort one after another', () => {
    const batches = [transactional(0, 1, ['a']), marker(1, 1, 'abort'), transactional(2, 1, ['b']), marker(3, 1, 'abort'), transactional(4, 1, ['c'])]
    const aborted = [
      { producerId: 1, firstOffset: 0 },
      { producerId: 1, firstOffset: 2 },
    ]
    expect(read(0, batches, aborted)).toMatchObject({ seen: ['4c'], position: 5 })
  })

  it('are passed over also where the read begins after their first offset, and where they go on after it', () => {
    const aborted = [{ producerId: 1, firstOffset: 0 }]
    expect(read(1, [transactional(1, 1, ['b']), marker(2, 1, 'abort')], aborted)).toMatchObject({ seen: [], position: 3 })
    expect(read(0, [transactional(0, 1, ['a']), transactional(1, 1, ['b'])], aborted)).toMatchObject({ seen: [], position: 2 })
  })

  it('do not end with a record whose key looks like a marker', () => {
    const batches = [transactional(0, 1, ['a']), transactional(1, 1, ['b'], '\0\0\0\0'), transactional(2, 1, ['c']), marker(3, 1, 'abort')]
    expect(read(0, batches, [{ producerId: 1, firstOffset: 0 }])).toMatchObject({ seen: [], position: 4 })
  })

  it('do not hide what the same producer writes without one', () => {
    const batches = [transactional(0, 1, ['a']), batch(1, { values: ['b'], producer: 1 }), marker(2, 1, 'abort')]
    expect(read(0, batches, [{ producerId: 1, firstOffset: 0 }])).toMatchObject({ seen: ['1b'], position: 3 })
  })
})
