import type Database from 'better-sqlite3'
import { onFile } from '../folder/sqlite-failure.js'

/** The newest epoch of a writer's id, shared by all writers that have it. */
export interface WriterEpoch {
  newest: number
}

/** The newest epoch of every writer id, kept in the file so that it grows over restarts too. */
export class WriterEpochs {
  private readonly known = new Map<string, WriterEpoch>()
  private readonly increase: Database.Statement<[id: string], number>

  constructor(private readonly database: Database.Database) {
    this.increase = database.prepare<[string], number>('insert into writers values (?, 1) on conflict do update set epoch = epoch + 1 returning epoch').pluck()
  }

  /** Begins a new epoch of this id: from now on the writers of all earlier ones are fenced. */
  next(id: string): WriterEpoch {
    const newest = onFile(this.database.name, () => this.increase.get(id) as number)
    const epoch = this.known.get(id) ?? { newest }
    epoch.newest = newest
    this.known.set(id, epoch)
    return epoch
  }
}
