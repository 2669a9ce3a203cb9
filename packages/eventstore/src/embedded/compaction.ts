import type { Clock } from '@ottla/core'
import type Database from 'better-sqlite3'
import { fetchRecords } from '../log/record-source.js'
import { BatchEncoder } from './batch-encoder.js'
import type { BatchStore } from './batch-store.js'
import type { PartitionState } from './partition-state.js'
import { offsetOf, placeOf } from './place.js'
import { decodeBatch, type StoredRecord } from './stored-record.js'

/** So many new records make a compaction worth its while. */
const dirtyRecords = 1_000

/** How long a tombstone stays after it, so that readers see that the key is gone: a day, as on Kafka. */
const tombstoneAge = 24 * 60 * 60 * 1000

/** How many batches are rewritten in one transaction, which holds the event loop. */
const slice = 50

interface Row {
  readonly id: number
  readonly place: number
  readonly next: number
  readonly bytes: Buffer
}

export interface CompactionOptions {
  readonly database: Database.Database
  readonly batches: BatchStore
  readonly clock: Clock
  /** Whether the log is being closed, so that compaction ends where it is. */
  readonly isClosed: () => boolean
}

/** Keeps only the last record of each key of compacted topics. Offsets stay, so gaps arise where records were. */
export class Compaction {
  private readonly encoder = new BatchEncoder()
  private readonly compactedTo: Database.Statement<[partition: number], number>
  private readonly select: Database.Statement<[from: number, end: number, limit: number], Row>
  private readonly update: Database.Statement<[bytes: Buffer, id: number]>
  private readonly remove: Database.Statement<[id: number]>
  private readonly finish: Database.Statement<[partition: number, ends: number, compactedTo: number]>

  constructor(private readonly options: CompactionOptions) {
    const { database } = options
    this.compactedTo = database.prepare<[number], number>('select compacted_to from partition_bounds where partition = ?').pluck()
    this.select = database.prepare('select id, place, next, bytes from batches where place >= ? and place < ? order by place limit ?')
    this.update = database.prepare('update batches set bytes = ? where id = ?')
    this.remove = database.prepare('delete from batches where id = ?')
    this.finish = database.prepare(
      `insert into partition_bounds (partition, ends, compacted_to) values (?, ?, ?)
       on conflict do update set ends = max(ends, excluded.ends), compacted_to = excluded.compacted_to`,
    )
  }

  /** Compacts a partition that has enough new records, in slices between which the event loop has its turn. */
  async compact(partition: PartitionState): Promise<void> {
    const to = partition.end
    if (to - (this.compactedTo.get(partition.number) ?? 0) < dirtyRecords) return
    const last = await this.lastOffsets(partition, to)
    for (let from: number | undefined = partition.begin; from !== undefined && !this.options.isClosed(); await this.turn()) {
      from = this.rewrite(partition, from, to, last)
    }
  }

  private async lastOffsets(partition: PartitionState, to: number): Promise<ReadonlyMap<string, number>> {
    const last = new Map<string, number>()
    for (let from = partition.begin; from < to && !this.options.isClosed(); await this.turn()) {
      const { records, next } = this.options.batches.read(partition, from, fetchRecords)
      for (const { key, offset } of records) last.set(key as string, offset)
      from = next
    }
    return last
  }

  /** Rewrites a slice; gives the offset where the next one begins, or undefined when this was the last one. */
  private rewrite(partition: PartitionState, from: number, to: number, last: ReadonlyMap<string, number>): number | undefined {
    const { number, end } = partition
    const rows = this.select.all(placeOf(number, from), placeOf(number, to), slice)
    const next = rows.length === slice ? rows.at(-1)?.next : undefined
    this.options.database.transaction(() => {
      for (const row of rows) this.rewriteRow(row, partition, last)
      // With the rows that go, so that the partition still ends where it did.
      this.finish.run(number, end, next ?? to)
    })()
    return next
  }

  private rewriteRow({ id, place, bytes }: Row, partition: PartitionState, last: ReadonlyMap<string, number>): void {
    const first = offsetOf(place)
    const records: StoredRecord[] = []
    decodeBatch(bytes, partition, first, first, records, Number.POSITIVE_INFINITY)
    const oldest = this.options.clock.now() - tombstoneAge
    const kept = records.filter(({ key, offset, value, timestamp }) => (last.get(key) ?? offset) <= offset && (value !== null || timestamp > oldest))
    if (kept.length === records.length) return
    if (kept.length === 0) return void this.remove.run(id)
    this.encoder.begin()
    for (const record of kept) this.encoder.add(record, record.offset - first)
    this.update.run(this.encoder.finish(), id)
  }

  private turn(): Promise<void> {
    return new Promise(resolve => this.options.clock.nextTurn(resolve))
  }
}
