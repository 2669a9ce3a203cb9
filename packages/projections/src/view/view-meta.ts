import { createHash } from 'node:crypto'
import { messageDefinition } from '@ottla/core'
import type { TopicOffset } from '@ottla/eventstore'
import type { Database } from 'better-sqlite3'
import { olderEvents } from '../projection/older-events.js'
import type { ProjectionDefinition } from '../projection/projection-definition.js'

/** What a view file says of itself, in its table `ottla_view`. */
export interface ViewMeta {
  readonly name: string
  readonly version: number
  /** Digest of the schema and the handled event types: with another one the view must be rebuilt. */
  readonly digest: string
  /** The log that the rows were made from. */
  readonly clusterId: string
  /** Why the first event was left out, or undefined when none was. */
  readonly degraded?: string
  /** How many events were left out. */
  readonly failures: number
}

/** How far a view has read one partition: a row of its table `ottla_checkpoint`. */
export interface ViewCheckpoint extends TopicOffset {
  /** The last record that was read, to notice a log in which another one stands there; undefined when there was none yet. */
  readonly last?: { readonly offset: number; readonly eventId: string }
}

const format = 1

const tables = `
create table ottla_view (
  only integer primary key check (only = 1),
  name text not null, version integer not null, digest text not null, cluster text not null,
  degraded text, failures integer not null default 0
);
create table ottla_checkpoint (
  topic text not null, partition integer not null, offset integer not null, last_offset integer, last_event text,
  primary key (topic, partition)
) without rowid;
create table ottla_failure (
  topic text not null, partition integer not null, offset integer not null, event_type text not null, event_id text not null, error text not null,
  primary key (topic, partition, offset)
) without rowid;`

/** The digest that tells whether the rows in a file were made with this schema and for these events, older ones that are read as them included. */
export function viewDigest(definition: ProjectionDefinition): string {
  const types = definition.handlers.map(({ event }) => messageDefinition(event).name).sort()
  const older = olderEvents(definition).map(({ name }) => name)
  return createHash('sha256')
    .update(JSON.stringify([format, definition.schema.trim(), types, ...older.sort()]))
    .digest('hex')
    .slice(0, 32)
}

/** Creates the view's tables and Ottla's in an empty database, with the checkpoint at `begin`. Belongs into a transaction. */
export function createView(database: Database, definition: ProjectionDefinition, clusterId: string, begin: readonly TopicOffset[]): void {
  database.exec(tables)
  database.exec(definition.schema)
  database.prepare('insert into ottla_view values (1, ?, ?, ?, ?, null, 0)').run(definition.name, definition.version, viewDigest(definition), clusterId)
  const insert = database.prepare('insert into ottla_checkpoint (topic, partition, offset) values (?, ?, ?)')
  for (const { topic, partition, offset } of begin) insert.run(topic, partition, offset)
}

/** What the database says of itself: its meta row, 'empty' when it has no table at all, 'foreign' when it is something else. */
export function readMeta(database: Database): ViewMeta | 'empty' | 'foreign' {
  if (database.prepare('select 1 from sqlite_master limit 1').get() === undefined) return 'empty'
  if (database.prepare("select 1 from sqlite_master where name = 'ottla_view'").get() === undefined) return 'foreign'
  const row = database
    .prepare<[], Omit<ViewMeta, 'degraded'> & { degraded: string | null }>(
      'select name, version, digest, cluster as clusterId, degraded, failures from ottla_view',
    )
    .get()
  return row ? { ...row, degraded: row.degraded ?? undefined } : 'foreign'
}

/** How far each partition was read, by topic and partition. */
export function readCheckpoints(database: Database): ViewCheckpoint[] {
  return database
    .prepare<[], { topic: string; partition: number; offset: number; lastOffset: number | null; lastEvent: string | null }>(
      'select topic, partition, offset, last_offset as lastOffset, last_event as lastEvent from ottla_checkpoint order by topic, partition',
    )
    .all()
    .map(({ topic, partition, offset, lastOffset, lastEvent }) => ({
      topic,
      partition,
      offset,
      last: lastOffset === null || lastEvent === null ? undefined : { offset: lastOffset, eventId: lastEvent },
    }))
}
