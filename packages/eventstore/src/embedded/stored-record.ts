import { crc32 } from 'node:zlib'
import type { LogRecord, RecordHeaders, TopicPartition } from '../log/log.js'
import { batchHead, recordHead } from './batch-encoder.js'

const noHeaders: RecordHeaders = {}

/** A record as it lies in its batch. Key and value are made at once, the headers when somebody asks for them. */
export class StoredRecord implements LogRecord {
  private parsed: RecordHeaders | undefined

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: number,
    readonly key: string,
    readonly value: Buffer | null,
    readonly timestamp: number,
    private readonly headerBytes: Buffer,
  ) {}

  get headers(): RecordHeaders {
    this.parsed ??= this.headerBytes.length === 0 ? noHeaders : (JSON.parse(this.headerBytes.toString()) as RecordHeaders)
    return this.parsed
  }
}

/** Whether the bytes are as they were written. */
export function isIntact(bytes: Buffer): boolean {
  return bytes.length >= batchHead && bytes.readUInt32LE(0) === crc32(bytes.subarray(batchHead))
}

/** Adds the records of a batch from offset `from` on to `records`, until there are `limit` of them; gives whether it came to the batch's end. */
export function decodeBatch(bytes: Buffer, { topic, partition }: TopicPartition, first: number, from: number, records: StoredRecord[], limit: number): boolean {
  let at = batchHead
  while (at < bytes.length && records.length < limit) {
    const offset = first + bytes.readUInt32LE(at)
    const key = at + recordHead
    const value = key + bytes.readUInt32LE(at + 12)
    const valueBytes = bytes.readInt32LE(at + 16)
    const headers = value + Math.max(valueBytes, 0)
    const end = headers + bytes.readUInt32LE(at + 20)
    if (offset >= from) {
      const content = valueBytes < 0 ? null : bytes.subarray(value, headers)
      records.push(
        new StoredRecord(topic, partition, offset, bytes.toString('utf8', key, value), content, bytes.readDoubleLE(at + 4), bytes.subarray(headers, end)),
      )
    }
    at = end
  }
  return at >= bytes.length
}
