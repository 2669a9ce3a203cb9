import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Checkpoint } from './checkpoint.js'
import type { DecidedCommand } from './decided-command.js'
import { noteDamage, openStateFile } from './state-file.js'
import type { StoredState } from './stored-state.js'
import { type IndexedEvents, StreamIndex, streamIndexSchema } from './stream-index.js'
import { Unpublished, unpublishedSchema } from './unpublished.js'

/** What changed in one shard since the last write. */
export interface StoreChanges {
  readonly states: Iterable<StoredState>
  readonly decided: Iterable<DecidedCommand>
  readonly events: Iterable<IndexedEvents>
  readonly checkpoint: Checkpoint
}

/**
 * One SQLite file per node with what the shard owners know: states, ids of decided commands, the stream index, deadlines.
 * It is a cache of the log: deleting it costs time, never data, so it is written without waiting for the disk. Rows and
 * checkpoint of a shard change in one SQLite transaction.
 */
export class StateStore {
  readonly index: StreamIndex
  readonly unpublished: Unpublished
  private readonly database: Database.Database
  private readonly statements: ReturnType<typeof prepare>

  /** @param file path of the SQLite file, or ':memory:'. A damaged file is made anew. */
  constructor(file: string) {
    this.database = openStateFile(file, schema)
    this.statements = prepare(this.database)
    this.index = new StreamIndex(this.database)
    this.unpublished = new Unpublished(this.database)
  }

  /** Up to where the store has the shard; undefined where it knows nothing of it. Throws STATE_STORE_FAILED. */
  checkpoint(shard: number): Checkpoint | undefined {
    const row = this.get(this.statements.checkpoint, shard) as { value: string } | undefined
    return row && (JSON.parse(row.value) as Checkpoint)
  }

  /** A stream's state as it was written last, or undefined where none is known. Throws when its text does not fit its checksum. */
  state(participant: string, id: string): StoredState | undefined {
    const row = this.get(this.statements.state, participant, id) as StateRow | undefined
    if (!row) return undefined
    if (row.state !== null && crc32(row.state) !== row.checksum) throw new Error('its text is not the one that was written')
    return {
      participant,
      id,
      version: row.version,
      state: row.state ?? undefined,
      deadline: row.deadline ?? undefined,
      unreadable: row.unreadable ?? undefined,
    }
  }

  /** The first outcome of a command that was decided within the window, or undefined. */
  decided(participant: string, key: string, id: string): DecidedCommand | undefined {
    const row = this.get(this.statements.decided, participant, key, id) as { at: number; value: string } | undefined
    return row && { participant, key, id, at: row.at, ...(JSON.parse(row.value) as Omit<DecidedCommand, 'participant' | 'key' | 'id' | 'at'>) }
  }

  /** Every stream of the shard that waits for a deadline. */
  deadlines(shard: number): { participant: string; id: string; deadline: number }[] {
    return this.statements.deadlines.all(shard) as { participant: string; id: string; deadline: number }[]
  }

  /** Writes all of it in one transaction, or nothing. */
  write(shard: number, changes: StoreChanges): void {
    const { begin, commit, rollback } = this.statements
    begin.run()
    try {
      for (const { participant, id, version, state, deadline, unreadable } of changes.states) {
        this.statements.putState.run(
          participant,
          id,
          shard,
          version,
          state ?? null,
          state === undefined ? null : crc32(state),
          deadline ?? null,
          unreadable ?? null,
        )
      }
      for (const { participant, key, id, at, ...decided } of changes.decided) {
        this.statements.putDecided.run(participant, key, id, shard, at, JSON.stringify(decided))
      }
      for (const events of changes.events) {
        this.index.add(shard, events)
        if (changes.checkpoint.published !== undefined) this.unpublished.note(shard, events.participant, events.id, events.offsets.at(-1) as number)
      }
      this.statements.putCheckpoint.run(shard, JSON.stringify(changes.checkpoint))
      commit.run()
    } catch (error) {
      if (this.database.inTransaction) rollback.run()
      throw this.failure(error)
    }
  }

  /** Forgets everything about a shard: its log is another one. */
  discard(shard: number): void {
    this.database.transaction(() => {
      for (const table of tables) this.database.prepare(`delete from ${table} where shard = ?`).run(shard)
    })()
  }

  /** Forgets the states of these participants, whose shape has changed; never ids, deadlines, index or checkpoint. */
  discardStates(shard: number, participants: readonly string[]): void {
    const forget = this.database.prepare('update state set state = null, version = 0, unreadable = null where shard = ? and participant = ?')
    this.database.transaction(() => {
      for (const participant of participants) forget.run(shard, participant)
    })()
  }

  /** The participants that have a stream in this shard which cannot be read. */
  unreadableParticipants(shard: number): string[] {
    return this.database.prepare('select distinct participant from state where shard = ? and unreadable is not null').pluck().all(shard) as string[]
  }

  /** The streams of the shard whose state is to be made from their events. */
  unmadeStreams(shard: number): { participant: string; id: string }[] {
    return this.database.prepare('select participant, id from state where shard = ? and state is null and unreadable is null').all(shard) as {
      participant: string
      id: string
    }[]
  }

  /** Forgets the ids of commands that were decided before `time` (milliseconds since 1970). */
  forgetDecided(before: number): void {
    this.statements.forgetDecided.run(before)
  }

  close(): void {
    this.database.close()
  }

  private get(statement: Database.Statement, ...values: unknown[]): unknown {
    try {
      return statement.get(...values)
    } catch (error) {
      throw this.failure(error)
    }
  }

  private failure(error: unknown): unknown {
    if (!(error instanceof Database.SqliteError)) return error
    noteDamage(this.database, error)
    return eventstoreErrors.create('STATE_STORE_FAILED', { file: this.database.name, error }, { cause: error })
  }
}

const tables = ['state', 'decided', 'stream_index', 'checkpoint', 'unpublished']

interface StateRow {
  readonly version: number
  readonly state: string | null
  readonly checksum: number | null
  readonly deadline: number | null
  readonly unreadable: string | null
}

const schema = `
  create table if not exists state (participant text, id text, shard integer not null, version integer not null, state text, checksum integer, deadline integer, unreadable text,
    primary key (participant, id)) without rowid;
  create index if not exists state_deadline on state (shard, deadline) where deadline is not null;
  -- Ids begin with the time, so that new rows go to the end of the table.
  create table if not exists decided (participant text, key text, id text, shard integer not null, at integer not null, value text not null,
    primary key (id, key, participant)) without rowid;
  create index if not exists decided_at on decided (at);
  create table if not exists checkpoint (shard integer primary key, value text not null);${streamIndexSchema}${unpublishedSchema}`

function prepare(database: Database.Database) {
  return {
    begin: database.prepare('begin immediate'),
    commit: database.prepare('commit'),
    rollback: database.prepare('rollback'),
    checkpoint: database.prepare('select value from checkpoint where shard = ?'),
    putCheckpoint: database.prepare('insert or replace into checkpoint values (?, ?)'),
    state: database.prepare('select version, state, checksum, deadline, unreadable from state where participant = ? and id = ?'),
    putState: database.prepare('insert or replace into state values (?, ?, ?, ?, ?, ?, ?, ?)'),
    deadlines: database.prepare('select participant, id, deadline from state where shard = ? and deadline is not null'),
    decided: database.prepare('select at, value from decided where participant = ? and key = ? and id = ?'),
    putDecided: database.prepare('insert or replace into decided values (?, ?, ?, ?, ?, ?)'),
    forgetDecided: database.prepare('delete from decided where at < ?'),
  }
}
