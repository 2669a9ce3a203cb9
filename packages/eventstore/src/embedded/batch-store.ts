import type Database from 'better-sqlite3'
import { damaged, onFile } from '../folder/sqlite-failure.js'
import type { RecordBatch } from '../log/log.js'
import { fetchBytes } from '../log/record-source.js'
import { BatchEncoder } from './batch-encoder.js'
import type { PartitionState } from './partition-state.js'
import { offsetOf, placeOf } from './place.js'
import { decodeBatch, isIntact, type StoredRecord } from './stored-record.js'

/** How many bytes are written as one row; a larger record has a row of its own. */
const rowBytes = 64 * 1024

type BatchRow = [place: number, next: number, bytes: Buffer]

/** The table of record batches: one row for what one transaction writes to one partition, so that rows are few and readers get many records with each. */
export class BatchStore {
  private readonly encoder = new BatchEncoder()
  private readonly insert: Database.Statement<[id: number, place: number, next: number, newest: number, bytes: Buffer]> | undefined
  private readonly select: Database.Statement<[begin: number, from: number, orFrom: number, end: number], BatchRow>
  private lastId: number

  constructor(private readonly database: Database.Database) {
    this.insert = database.readonly ? undefined : database.prepare('insert into batches (id, place, next, newest, bytes) values (?, ?, ?, ?, ?)')
    // From the batch that holds the offset on: the last one that begins at or before it.
    this.select = database
      .prepare<[number, number, number, number], BatchRow>(
        `select place, next, bytes from batches
         where place >= ifnull((select max(place) from batches where place between ? and ?), ?) and place < ? order by place`,
      )
      .raw()
    this.lastId = database.prepare<[], number>('select ifnull(max(id), 0) from batches').pluck().get() as number
  }

  /** Writes what is staged in the partition, behind its end. Runs inside a transaction. */
  append(partition: PartitionState): void {
    const { encoder } = this
    let first = partition.end
    let offset = first
    encoder.begin()
    for (const record of partition.staged) {
      if (offset > first && encoder.bytes >= rowBytes) {
        this.write(partition, first, offset)
        first = offset
        encoder.begin()
      }
      encoder.add(record, offset++ - first)
    }
    this.write(partition, first, offset)
  }

  /** What `RecordSource.read` promises. */
  read(partition: PartitionState, from: number, limit: number): RecordBatch {
    const records: StoredRecord[] = []
    const next = onFile(this.database.name, () => this.collect(partition, Math.max(from, partition.begin), limit, records))
    return { topic: partition.topic, partition: partition.partition, from, records, next }
  }

  /** Adds records to `records` and gives the offset behind them. */
  private collect(partition: PartitionState, from: number, limit: number, records: StoredRecord[]): number {
    const begin = placeOf(partition.number, 0)
    const end = placeOf(partition.number + 1, 0)
    const start = placeOf(partition.number, from)
    let size = 0
    for (const [place, next, bytes] of this.select.iterate(begin, start, start, end)) {
      if (next <= from) continue
      const first = offsetOf(place)
      if (!isIntact(bytes)) throw damaged(this.database.name, `the records from offset ${first} on of ${partition.topic}-${partition.partition} have changed`)
      const isComplete = decodeBatch(bytes, partition, first, from, records, limit)
      if (!isComplete) return (records.at(-1) as StoredRecord).offset + 1
      size += bytes.length
      if (records.length >= limit || size >= fetchBytes) return next
    }
    return Math.max(from, partition.end)
  }

  private write(partition: PartitionState, first: number, next: number): void {
    this.insert?.run(++this.lastId, placeOf(partition.number, first), next, this.encoder.newest, this.encoder.finish())
  }
}
