import * as zlib from 'node:zlib'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogRecord, RecordHeaders, TopicPartition } from '../../log/log.js'
import { ByteReader } from './byte-reader.js'
import { crc32c } from './crc32c.js'

/** Where the fields of a record batch lie; see "Record Batch" in Kafka's documentation of its message format. */
const field = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
}
const flag = { compression: 0x07, appendTime: 0x08, transactional: 0x10, control: 0x20 }

/** One of Kafka's record batches: what a producer wrote at once. Its records are decoded one by one, when they are asked for. */
export class KafkaRecordBatch {
  readonly first: number
  /** The offset of its last record, also where compaction has removed that. */
  readonly last: number
  readonly producerId: number
  private readonly attributes: number
  private readonly baseTimestamp: number
  private readonly maxTimestamp: number
  private readonly reader: ByteReader
  private left: number

  /**
   * The batch that begins at `start`, which is complete. Throws LOG_RECORDS_UNREADABLE for a checksum that does not fit, an old format, and a
   * compression that Node.js does not have.
   */
  constructor(
    private readonly partition: TopicPartition,
    bytes: Buffer,
    start: number,
  ) {
    const reader = new ByteReader(bytes, start)
    this.first = reader.int64()
    const end = start + sizeAt(bytes, start)
    if (bytes[start + field.magic] !== 2) throw this.unreadable(`message format ${bytes[start + field.magic]}, and this is for 2`)
    if (bytes.readUInt32BE(start + field.crc) !== crc32c(bytes, start + field.attributes, end)) throw this.unreadable('the checksum does not fit')
    reader.at = start + field.attributes
    this.attributes = reader.int16()
    this.last = this.first + reader.int32()
    this.baseTimestamp = reader.int64()
    this.maxTimestamp = reader.int64()
    this.producerId = reader.int64()
    this.left = bytes.readInt32BE(start + field.count)
    this.reader = new ByteReader(this.decompressed(bytes.subarray(start + field.records, end)))
  }

  get isTransactional(): boolean {
    return (this.attributes & flag.transactional) !== 0
  }

  /** Whether it holds no records but the marker of a transaction's end. */
  get isControl(): boolean {
    return (this.attributes & flag.control) !== 0
  }

  /** The next record; undefined behind the last one. */
  next(): LogRecord | undefined {
    if (this.left === 0) return undefined
    this.left--
    try {
      return this.record()
    } catch (error) {
      throw error instanceof RangeError ? this.unreadable(error.message) : error
    }
  }

  private record(): LogRecord {
    const { reader, partition } = this
    const length = reader.varint()
    const end = reader.at + length
    reader.at++ // attributes, which say nothing yet
    const timestamp = this.timestamp(reader.varlong())
    const offset = this.first + reader.varint()
    const keyLength = reader.varint()
    const key = keyLength < 0 ? null : reader.text(keyLength)
    const valueLength = reader.varint()
    const value = valueLength < 0 ? null : reader.take(valueLength)
    const headers = headersOf(reader)
    if (reader.at !== end) throw new RangeError('a record is not as long as it says')
    return { topic: partition.topic, partition: partition.partition, offset, key, value, headers, timestamp }
  }

  private timestamp(delta: number): number {
    return (this.attributes & flag.appendTime) !== 0 ? this.maxTimestamp : this.baseTimestamp + delta
  }

  private decompressed(records: Buffer): Buffer {
    const compression = this.attributes & flag.compression
    if (compression === 0 || this.left === 0) return records
    const decompress = decompressions[compression]
    if (!decompress) throw this.unreadable(`compressed with ${compressionNames[compression] ?? compression}, which this Node.js cannot undo`)
    try {
      return decompress(records)
    } catch (error) {
      throw this.unreadable((error as Error).message)
    }
  }

  private unreadable(problem: string): Error {
    const { topic, partition } = this.partition
    return eventstoreErrors.create('LOG_RECORDS_UNREADABLE', { topic, partition, offset: this.first, problem })
  }
}

/** How long the batch at `start` is, with its header. It is complete when that many bytes are there. */
export function sizeAt(bytes: Buffer, start: number): number {
  return start + field.records > bytes.length ? field.records : bytes.readInt32BE(start + field.length) + 12
}

/** The offset behind the last complete batch, and never less than `from`: where the next fetch begins. Decodes nothing. */
export function endOf(bytes: Buffer, from: number): number {
  let end = from
  for (let start = 0, next = sizeAt(bytes, 0); next <= bytes.length; start = next, next = start + sizeAt(bytes, start)) {
    end = Math.max(end, new ByteReader(bytes, start).int64() + bytes.readInt32BE(start + field.lastOffsetDelta) + 1)
  }
  return end
}

const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** By the number that Kafka has for them; zstd is there since Node.js 22.15. */
const decompressions: Readonly<Record<number, ((bytes: Buffer) => Buffer) | undefined>> = {
  1: zlib.gunzipSync,
  4: zlib.zstdDecompressSync as typeof zlib.zstdDecompressSync | undefined,
}

const none: RecordHeaders = Object.freeze({})

function headersOf(reader: ByteReader): RecordHeaders {
  const count = reader.varint()
  if (count === 0) return none
  const headers: Record<string, string> = {}
  for (let index = 0; index < count; index++) {
    const name = reader.text(reader.varint())
    const length = reader.varint()
    headers[name] = length < 0 ? '' : reader.text(length)
  }
  return headers
}
