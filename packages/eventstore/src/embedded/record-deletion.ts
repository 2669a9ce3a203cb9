import type Database from 'better-sqlite3'
import { onFile } from '../folder/sqlite-failure.js'
import type { PartitionState } from './partition-state.js'
import { placeOf } from './place.js'

/** Up to which offset a partition's records go. */
export interface DeletionBound {
  readonly partition: PartitionState
  readonly offset: number
}

/** Deletes records from the beginning of partitions. Their room is used again; offsets never are. */
export class RecordDeletion {
  private readonly delete: Database.Statement<[begin: number, end: number, offset: number]>
  private readonly upsert: Database.Statement<[partition: number, begins: number, ends: number]>

  constructor(private readonly database: Database.Database) {
    this.delete = database.prepare('delete from batches where place >= ? and place < ? and next <= ?')
    this.upsert = database.prepare(
      `insert into partition_bounds (partition, begins, ends) values (?, ?, ?)
       on conflict do update set begins = excluded.begins, ends = excluded.ends`,
    )
  }

  /** Deletes everything below these offsets in one transaction. A batch goes when all of it is below; until then its first records are only hidden. */
  deleteBelow(bounds: readonly DeletionBound[]): void {
    const cuts = bounds
      .map(({ partition, offset }) => ({ partition, begin: Math.min(offset, partition.end) }))
      .filter(({ partition, begin }) => begin > partition.begin)
    if (cuts.length === 0) return
    onFile(this.database.name, () => {
      const run = this.database.transaction(() => {
        for (const { partition, begin } of cuts) {
          this.delete.run(placeOf(partition.number, 0), placeOf(partition.number, begin), begin)
          this.upsert.run(partition.number, begin, partition.end)
        }
      })
      run.immediate()
    })
    for (const { partition, begin } of cuts) partition.begin = begin
  }
}
