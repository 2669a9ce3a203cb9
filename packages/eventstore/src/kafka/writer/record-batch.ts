import type { NewRecord } from '../../log/log.js'

/** Who writes a batch, and the sequence number of its first record; by these the broker knows a batch that is sent again. */
export interface BatchOrigin {
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly isTransactional: boolean
}

/** Bytes before the records: offsets, checksum, times, producer. */
export const batchOverhead = 61

/** Length, attributes, time and offset of one record take at most this many bytes more than its contents. */
const recordOverhead = 20

const transactional = 1 << 4

/** An upper bound of the bytes that the record takes in a batch. */
export function recordBytes({ key, value, headers }: NewRecord): number {
  let bytes = recordOverhead + Buffer.byteLength(key) + (value?.byteLength ?? 0)
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] as string) + 8
  return bytes
}

/**
 * One record batch of Kafka's format 2, uncompressed, with the checksum still to be set by `crc32c`. Records keep their order; kafkajs's own
 * encoder writes the present time in place of timestamp 0, and takes several times as long.
 */
export function encodeBatch(records: readonly NewRecord[], origin: BatchOrigin, crc32c: (bytes: Buffer) => number): Buffer {
  const first = (records[0] as NewRecord).timestamp
  let last = first
  let size = batchOverhead
  const bodies = records.map((record, index) => {
    last = Math.max(last, record.timestamp)
    const body = bodyBytes(record, record.timestamp - first, index)
    size += varintBytes(body) + body
    return body
  })
  const batch = Buffer.allocUnsafe(size)
  batch.writeBigInt64BE(0n, 0)
  batch.writeInt32BE(size - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch[16] = 2
  batch.writeInt16BE(origin.isTransactional ? transactional : 0, 21)
  batch.writeInt32BE(records.length - 1, 23)
  batch.writeBigInt64BE(BigInt(first), 27)
  batch.writeBigInt64BE(BigInt(last), 35)
  batch.writeBigInt64BE(BigInt(origin.producerId), 43)
  batch.writeInt16BE(origin.producerEpoch, 51)
  batch.writeInt32BE(origin.firstSequence, 53)
  batch.writeInt32BE(records.length, 57)
  let at = batchOverhead
  for (const [index, record] of records.entries()) {
    at = writeVarint(batch, at, bodies[index] as number)
    at = writeBody(batch, at, record, record.timestamp - first, index)
  }
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

function bodyBytes({ key, value, headers }: NewRecord, time: number, index: number): number {
  let bytes = 1 + varintBytes(time) + varintBytes(index) + textBytes(key) + (value === null ? 1 : varintBytes(value.byteLength) + value.byteLength)
  let count = 0
  for (const name in headers) {
    count++
    bytes += textBytes(name) + textBytes(headers[name] as string)
  }
  return bytes + varintBytes(count)
}

function writeBody(batch: Buffer, start: number, { key, value, headers }: NewRecord, time: number, index: number): number {
  batch[start] = 0
  let at = writeVarint(batch, start + 1, time)
  at = writeVarint(batch, at, index)
  at = writeText(batch, at, key)
  at = writeVarint(batch, at, value === null ? -1 : value.byteLength)
  if (value !== null) {
    batch.set(value, at)
    at += value.byteLength
  }
  const names = Object.keys(headers)
  at = writeVarint(batch, at, names.length)
  for (const name of names) at = writeText(batch, writeText(batch, at, name), headers[name] as string)
  return at
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text)
  return varintBytes(bytes) + bytes
}

function writeText(batch: Buffer, start: number, text: string): number {
  const at = writeVarint(batch, start, Buffer.byteLength(text))
  return at + batch.write(text, at)
}

/** Zigzag: small numbers of either sign take few bytes. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = zigzag(value); rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

function writeVarint(batch: Buffer, start: number, value: number): number {
  let at = start
  let rest = zigzag(value)
  for (; rest >= 128; rest = Math.floor(rest / 128)) batch[at++] = (rest % 128) | 128
  batch[at++] = rest
  return at
}
