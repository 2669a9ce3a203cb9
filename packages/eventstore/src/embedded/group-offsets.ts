import type Database from 'better-sqlite3'
import type { PartitionState } from './partition-state.js'

/** The committed offsets of consumer groups, in the log's file. */
export class GroupOffsets {
  private readonly select: Database.Statement<[group: string, partition: number], number>
  private readonly upsert: Database.Statement<[group: string, partition: number, offset: number]> | undefined
  private readonly selectGroups: Database.Statement<[], string>

  constructor(database: Database.Database) {
    this.select = database.prepare<[string, number], number>('select offset from group_offsets where group_name = ? and partition = ?').pluck()
    this.selectGroups = database.prepare<[], string>('select distinct group_name from group_offsets').pluck()
    if (!database.readonly) this.upsert = database.prepare('insert or replace into group_offsets values (?, ?, ?)')
  }

  committed(group: string, { number }: PartitionState): number | undefined {
    return this.select.get(group, number)
  }

  /** Runs inside a transaction. */
  set(group: string, { number }: PartitionState, offset: number): void {
    this.upsert?.run(group, number, offset)
  }

  groups(): readonly string[] {
    return this.selectGroups.all()
  }
}
