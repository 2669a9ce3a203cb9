import type Database from 'better-sqlite3'
import { decodeOffsets, encodeOffsets } from './offset-run.js'

/** Which offsets the versions `first`, `first + 1`, … of a stream have in the events topic. */
export interface IndexedEvents {
  readonly participant: string
  readonly id: string
  readonly first: number
  readonly offsets: readonly number[]
}

/** Versions `first` to `last` of a stream. */
export interface VersionRange {
  readonly first: number
  readonly last: number
}

export const streamIndexSchema = `
  create table if not exists stream_index (participant text, id text, first integer, shard integer not null, offsets blob not null,
    primary key (participant, id, first)) without rowid;`

/** Where the events of each stream lie in the log, in runs of versions that follow one another. */
export class StreamIndex {
  private readonly statements: ReturnType<typeof prepare>

  constructor(database: Database.Database) {
    this.statements = prepare(database)
  }

  /** The offsets of a stream's events with versions from `from` to `to`, in order. */
  offsets(participant: string, id: string, from: number, to: number): number[] {
    return this.runs(participant, id, from, to).flatMap(({ first, offsets: bytes }) => {
      const offsets = decodeOffsets(bytes)
      return first >= from && first + offsets.length - 1 <= to ? offsets : offsets.filter((_, index) => first + index >= from && first + index <= to)
    })
  }

  /** Which versions of a stream up to `to` it does not have although it has later ones, or `to` itself: the latest such range, from `from` on. */
  missing(participant: string, id: string, from: number, to: number): VersionRange | undefined {
    let last = to
    for (const { first, offsets } of this.runs(participant, id, from, to).reverse()) {
      const end = first + decodeOffsets(offsets).length - 1
      if (end < last) return { first: Math.max(from, end + 1), last }
      last = Math.min(last, first - 1)
    }
    return last >= from ? { first: from, last } : undefined
  }

  /** The last version of a stream that it has; 0 where it has none. */
  last(participant: string, id: string): number {
    const run = this.statements.last.get(participant, id) as Run | undefined
    return run ? run.first + decodeOffsets(run.offsets).length - 1 : 0
  }

  /** Adds a run; one that begins at the same version is replaced. */
  add(shard: number, { participant, id, first, offsets }: IndexedEvents): void {
    this.statements.add.run(participant, id, first, shard, encodeOffsets(offsets))
  }

  private runs(participant: string, id: string, from: number, to: number): Run[] {
    return this.statements.runs.all({ participant, id, from, to }) as Run[]
  }
}

interface Run {
  readonly first: number
  readonly offsets: Buffer
}

function prepare(database: Database.Database) {
  return {
    add: database.prepare('insert or replace into stream_index values (?, ?, ?, ?, ?)'),
    last: database.prepare('select first, offsets from stream_index where participant = ? and id = ? order by first desc limit 1'),
    runs: database.prepare(`select first, offsets from stream_index where participant = $participant and id = $id and first <= $to
      and first >= (select coalesce(max(first), 0) from stream_index where participant = $participant and id = $id and first <= $from) order by first`),
  }
}
