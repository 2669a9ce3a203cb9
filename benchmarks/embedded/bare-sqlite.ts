import { join } from 'node:path'
import Database from 'better-sqlite3'

/** What the speeds are measured against: better-sqlite3 alone, durable as the embedded log is (WAL, synchronous=FULL). */
export class BareSqlite {
  private readonly database: Database.Database
  private readonly insert: Database.Statement
  private version = 0

  constructor(folder: string) {
    this.database = new Database(join(folder, 'bare.sqlite'))
    this.database.pragma('journal_mode = wal')
    this.database.pragma('synchronous = full')
    this.database.exec('create table events (stream text, version integer, json text not null, primary key (stream, version)) without rowid')
    this.insert = this.database.prepare('insert into events values (?, ?, ?)')
  }

  /** Inserts `count` events, committing `perCommit` rows at a time, and gives the rows per second. */
  append(count: number, perCommit: number, stream: (index: number) => string): number {
    const commit = this.database.transaction((from: number) => {
      for (let index = from; index < Math.min(from + perCommit, count); index++) {
        this.insert.run(stream(index), ++this.version, JSON.stringify({ account: stream(index), amount: 1, reference: `reference ${index}` }))
      }
    })
    const started = performance.now()
    for (let from = 0; from < count; from += perCommit) commit.immediate(from)
    return (count * 1000) / (performance.now() - started)
  }

  /** Reads a stream and parses its events; gives the events per second. */
  read(stream: string): number {
    const select = this.database.prepare('select json from events where stream = ? order by version').pluck()
    const started = performance.now()
    let balance = 0
    let count = 0
    for (const json of select.iterate(stream) as Iterable<string>) {
      balance += (JSON.parse(json) as { amount: number }).amount
      count++
    }
    if (balance !== count) throw new Error(`Read ${count} events with a sum of ${balance}.`)
    return (count * 1000) / (performance.now() - started)
  }

  close(): void {
    this.database.close()
  }
}
