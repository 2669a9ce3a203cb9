import { crc32 } from 'node:zlib'
import type { LogRecord, RecordHeaders, TopicPartition } from '../log/log.js'
import { batchHead, recordHead } from './batch-encoder.js'

const noHeaders: RecordHeaders = {}

/** Where the parts of a record begin in the bytes of its batch; `value` is absent where the record has none. */
interface Layout {
  readonly key: number
  readonly value: number | undefined
  readonly headers: number
  readonly end: number
}

/** A record as it lies in its batch: key, value and headers are made when somebody asks for them, since few ask for all. */
export class StoredRecord implements LogRecord {
  private parsedHeaders: RecordHeaders | undefined
  private slicedValue: Buffer | undefined

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: number,
    readonly timestamp: number,
    private readonly batch: Buffer,
    private readonly layout: Layout,
  ) {}

  get key(): string {
    return this.batch.toString('utf8', this.layout.key, this.layout.value ?? this.layout.headers)
  }

  get value(): Buffer | null {
    if (this.layout.value === undefined) return null
    this.slicedValue ??= this.batch.subarray(this.layout.value, this.layout.headers)
    return this.slicedValue
  }

  get headers(): RecordHeaders {
    const { headers, end } = this.layout
    this.parsedHeaders ??= headers === end ? noHeaders : (JSON.parse(this.batch.toString('utf8', headers, end)) as RecordHeaders)
    return this.parsedHeaders
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
      records.push(
        new StoredRecord(topic, partition, offset, bytes.readDoubleLE(at + 4), bytes, { key, value: valueBytes < 0 ? undefined : value, headers, end }),
      )
    }
    at = end
  }
  return at >= bytes.length
}
