import { crc32 } from 'node:zlib'
import type { NewRecord, RecordHeaders } from '../log/log.js'

/**
 * The bytes of a row of `batches`: records of one partition next to each other, as one transaction wrote them. Little-endian:
 *
 *   crc32 of all that follows, 4
 *   per record: offset minus the first offset, 4; timestamp, 8 (double); bytes of key, value (-1: a tombstone) and headers, 4 each;
 *               key, value, headers as JSON (nothing where there are none)
 */
export const batchHead = 4
export const recordHead = 24

/** Makes batches in one growing buffer: what `finish` gives is overwritten by the next batch. */
export class BatchEncoder {
  private buffer = Buffer.allocUnsafeSlow(256 * 1024)
  private used = batchHead
  newest = 0

  get bytes(): number {
    return this.used
  }

  begin(): void {
    this.used = batchHead
    this.newest = 0
  }

  add({ key, value, headers, timestamp }: NewRecord, offsetDelta: number): void {
    const json = encodeHeaders(headers)
    this.reserve(recordHead + 3 * (key.length + json.length) + (value?.byteLength ?? 0))
    const { buffer, used: at } = this
    let end = at + recordHead
    const keyBytes = buffer.write(key, end)
    end += keyBytes
    if (value) buffer.set(value, end)
    end += value?.byteLength ?? 0
    const headerBytes = json === '' ? 0 : buffer.write(json, end)
    buffer.writeUInt32LE(offsetDelta, at)
    buffer.writeDoubleLE(timestamp, at + 4)
    buffer.writeUInt32LE(keyBytes, at + 12)
    buffer.writeInt32LE(value?.byteLength ?? -1, at + 16)
    buffer.writeUInt32LE(headerBytes, at + 20)
    this.used = end + headerBytes
    if (timestamp > this.newest) this.newest = timestamp
  }

  finish(): Buffer {
    this.buffer.writeUInt32LE(crc32(this.buffer.subarray(batchHead, this.used)), 0)
    return this.buffer.subarray(0, this.used)
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, this.used + bytes))
    this.buffer.copy(larger, 0, 0, this.used)
    this.buffer = larger
  }
}

function encodeHeaders(headers: RecordHeaders): string {
  for (const _ in headers) return JSON.stringify(headers)
  return ''
}
