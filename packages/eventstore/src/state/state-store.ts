import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { DecidedCommand } from './decided-command.js'
import { decodeOffsets, encodeOffsets } from './offset-run.js'
import { Unpublished, unpublishedSchema } from './unpublished.js'

/** A stream's stored state. */
export interface StoredState {
  readonly participant: string
  readonly id: string
  readonly version: number
  /** The state as text of the StateCodec, or undefined when it is to be made anew from the events. */
  readonly state: string | undefined
  readonly deadline: number | undefined
  /** Why the stream is unavailable here: an event of it cannot be read. */
  readonly unreadable: string | undefined
}

/** Which offsets the versions `first`, `first + 1`, … of a stream have in the events topic. */
export interface IndexedEvents {
  readonly participant: string
  readonly id: string
  readonly first: number
  readonly offsets: readonly number[]
}

/** Up to where a shard's stored states go. */
export interface Checkpoint {
  readonly clusterId: string
  /** Next offsets of the events and outcomes that are in the store. */
  readonly events: number
  readonly outcomes: number
  /** The greatest inbox position that those committed. */
  readonly inbox: number | undefined
  /** The last event in the store; another one at its offset means another log. */
  readonly lastEvent: { readonly offset: number; readonly id: string } | undefined
  /** The state version of each participant when it was written. */
  readonly stateVersions: Readonly<Record<string, number>>
  /** From which event offset on the stream index is complete; undefined from the first event on. */
  readonly indexFrom?: number
  /** Streams with events from this offset on are noted as unpublished; undefined while the app takes no snapshots. */
  readonly published?: number
  /** The earliest time of a command that is decided and perhaps in no snapshot. */
  readonly decidedSince?: number
  /** While a snapshot is being loaded: the offset of its marker, and where its topic is to be read on. What is here is of no use before that is done. */
  readonly loading?: { readonly marker: number; readonly next: number }
}

/** As `published`: what is touched is noted from now on, but not all that was touched before. */
export const neverPublished = Number.MAX_SAFE_INTEGER

/** What changed in one shard since the last write. */
export interface StoreChanges {
  readonly states: Iterable<StoredState>
  readonly decided: Iterable<DecidedCommand>
  readonly events: Iterable<IndexedEvents>
  readonly checkpoint: Checkpoint
}

/** Versions `first` to `last` of a stream. */
export interface VersionRange {
  readonly first: number
  readonly last: number
}

/**
 * One SQLite file per node with what the shard owners know: states, ids of decided commands, the stream index, deadlines.
 * It is a cache of the log: deleting it costs time, never data, so it is written without waiting for the disk. Rows and
 * checkpoint of a shard change in one SQLite transaction.
 */
export class StateStore {
  readonly unpublished: Unpublished
  private readonly database: Database.Database
  private readonly statements: ReturnType<typeof prepare>

  /** @param file path of the SQLite file, or ':memory:'. A damaged file is made anew. */
  constructor(file: string) {
    this.database = open(file)
    this.statements = prepare(this.database)
    this.unpublished = new Unpublished(this.database)
  }

  checkpoint(shard: number): Checkpoint | undefined {
    const row = this.get(this.statements.checkpoint, shard) as { value: string } | undefined
    return row && (JSON.parse(row.value) as Checkpoint)
  }

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

  decided(participant: string, key: string, id: string): DecidedCommand | undefined {
    const row = this.get(this.statements.decided, participant, key, id) as { at: number; value: string } | undefined
    return row && { participant, key, id, at: row.at, ...(JSON.parse(row.value) as Omit<DecidedCommand, 'participant' | 'key' | 'id' | 'at'>) }
  }

  /** The offsets of a stream's events with versions from `from` to `to`, in order. */
  offsets(participant: string, id: string, from: number, to: number): number[] {
    const runs = this.statements.offsets.all({ participant, id, from, to }) as { first: number; offsets: Buffer }[]
    return runs.flatMap(({ first, offsets: bytes }) => {
      const offsets = decodeOffsets(bytes)
      return first >= from && first + offsets.length - 1 <= to ? offsets : offsets.filter((_, index) => first + index >= from && first + index <= to)
    })
  }

  /** Which versions of a stream up to `to` the index does not have although it has later ones, or `to` itself: the latest such range, from `from` on. */
  missingVersions(participant: string, id: string, from: number, to: number): VersionRange | undefined {
    const runs = this.statements.offsets.all({ participant, id, from, to }) as { first: number; offsets: Buffer }[]
    let last = to
    for (const { first, offsets } of runs.reverse()) {
      const end = first + decodeOffsets(offsets).length - 1
      if (end < last) return { first: Math.max(from, end + 1), last }
      last = Math.min(last, first - 1)
    }
    return last >= from ? { first: from, last } : undefined
  }

  /** The last version of a stream that is in the index; 0 where none is. */
  lastIndexed(participant: string, id: string): number {
    const run = this.statements.lastRun.get(participant, id) as { first: number; offsets: Buffer } | undefined
    return run ? run.first + decodeOffsets(run.offsets).length - 1 : 0
  }

  /** Adds a run that was missing in the index. */
  addToIndex(shard: number, { participant, id, first, offsets }: IndexedEvents): void {
    this.statements.putOffsets.run(participant, id, first, shard, encodeOffsets(offsets))
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
      for (const { participant, id, first, offsets } of changes.events) {
        this.statements.putOffsets.run(participant, id, first, shard, encodeOffsets(offsets))
        if (changes.checkpoint.published !== undefined) this.unpublished.note(shard, participant, id, offsets.at(-1) as number)
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
    if (isDamage(error) && !this.database.memory) writeFileSync(this.database.name + damaged, '')
    return eventstoreErrors.create('STATE_STORE_FAILED', { file: this.database.name, error }, { cause: error })
  }
}

/** Beside a file that was found damaged while in use: it is made anew when it is opened again. */
const damaged = '.damaged'

function isDamage(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
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
  create table if not exists stream_index (participant text, id text, first integer, shard integer not null, offsets blob not null,
    primary key (participant, id, first)) without rowid;
  create table if not exists checkpoint (shard integer primary key, value text not null);${unpublishedSchema}`

function open(file: string): Database.Database {
  if (existsSync(file + damaged)) remove(file)
  try {
    return prepareFile(checked(file))
  } catch (error) {
    if (!isDamage(error)) throw error
    remove(file)
    return prepareFile(new Database(file))
  }
}

/** Files up to this size are looked through when they are opened; damage in larger ones shows when it is met. */
const checkedBytes = 64 * 1024 * 1024

function checked(file: string): Database.Database {
  const database = new Database(file)
  if (file === ':memory:' || statSync(file).size > checkedBytes || database.pragma('quick_check(1)', { simple: true }) === 'ok') return database
  database.close()
  remove(file)
  return new Database(file)
}

function remove(file: string): void {
  for (const suffix of ['', '-wal', '-shm', damaged]) rmSync(file + suffix, { force: true })
}

function prepareFile(database: Database.Database): Database.Database {
  try {
    database.pragma('journal_mode = wal')
    // A power cut may lose the last writes but never mixes old and new ones; the log has them all.
    database.pragma('synchronous = normal')
    database.pragma('wal_autocheckpoint = 10000')
    database.pragma('cache_size = -65536')
    database.exec(schema)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

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
    putOffsets: database.prepare('insert or replace into stream_index values (?, ?, ?, ?, ?)'),
    lastRun: database.prepare('select first, offsets from stream_index where participant = ? and id = ? order by first desc limit 1'),
    offsets: database.prepare(`select first, offsets from stream_index where participant = $participant and id = $id and first <= $to
      and first >= (select coalesce(max(first), 0) from stream_index where participant = $participant and id = $id and first <= $from) order by first`),
  }
}
