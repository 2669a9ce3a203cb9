import type Database from 'better-sqlite3'
import type { DecidedCommand } from './decided-command.js'

/** Where a page of streams ended: the next one begins behind it. */
export interface StreamPlace {
  readonly participant: string
  readonly id: string
}

/** Where a page of decided commands ended. */
export interface DecidedPlace {
  readonly at: number
  readonly id: string
  readonly key: string
  readonly participant: string
}

export const unpublishedSchema = `
  create table if not exists unpublished (shard integer not null, participant text not null, id text not null, since integer not null, last integer not null,
    primary key (shard, participant, id)) without rowid;`

/** What the state store has that is in no snapshot yet: streams touched since, and a way through the ids decided since. */
export class Unpublished {
  private readonly statements: ReturnType<typeof prepare>

  constructor(database: Database.Database) {
    this.statements = prepare(database)
  }

  /** The stream has got an event at this offset. */
  note(shard: number, participant: string, id: string, offset: number): void {
    this.statements.note.run({ shard, participant, id, offset })
  }

  /** Notes every stream of the shard that the store knows, page by page: gives where the next one begins, undefined after the last. */
  noteAll(shard: number, after: StreamPlace, limit: number): StreamPlace | undefined {
    const values = { shard, limit, ...after }
    const last = this.statements.lastOfAll.get(values) as StreamPlace | undefined
    if (last) this.statements.noteAll.run(values)
    return last
  }

  /** The streams of the shard behind this place, in an order that stays, that have unpublished events below this offset. */
  streams(shard: number, { participant, id }: StreamPlace, below: number, limit: number): StreamPlace[] {
    return this.statements.streams.all(shard, participant, id, below, limit) as StreamPlace[]
  }

  /** All events below this offset are in a snapshot now. */
  forget(shard: number, below: number): void {
    this.statements.forget.run(shard, below)
    this.statements.keep.run(below, shard, below)
  }

  /** The shard's decided commands behind this place, in the order of their times. */
  decided(shard: number, after: DecidedPlace, limit: number): DecidedCommand[] {
    const rows = this.statements.decided.all({ shard, limit, ...after }) as (DecidedPlace & { value: string })[]
    return rows.map(({ value, ...place }) => ({ ...place, ...(JSON.parse(value) as Omit<DecidedCommand, keyof DecidedPlace>) }))
  }
}

function prepare(database: Database.Database) {
  const all = `select participant, id from (
      select participant, id from state where shard = $shard and (participant, id) > ($participant, $id)
      union select participant, id from stream_index where shard = $shard and (participant, id) > ($participant, $id)
    ) order by participant, id limit $limit`
  return {
    note: database.prepare('insert into unpublished values (@shard, @participant, @id, @offset, @offset) on conflict do update set last = excluded.last'),
    lastOfAll: database.prepare(`select participant, id from (${all}) order by participant desc, id desc limit 1`),
    noteAll: database.prepare(`insert into unpublished select $shard, participant, id, -1, -1 from (${all}) where true on conflict do update set since = -1`),
    streams: database.prepare(
      'select participant, id from unpublished where shard = ? and (participant, id) > (?, ?) and since < ? order by participant, id limit ?',
    ),
    forget: database.prepare('delete from unpublished where shard = ? and last < ?'),
    keep: database.prepare('update unpublished set since = ? where shard = ? and since < ?'),
    decided: database.prepare(`select at, id, key, participant, value from decided
      where shard = $shard and (at, id, key, participant) > ($at, $id, $key, $participant) order by at, id, key, participant limit $limit`),
  }
}
