import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@ottla/core'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { Log, LogRecord, NewRecord } from '../log/log.js'
import { type EmbeddedOptions, embedded } from './embedded.js'

/** A folder that is removed when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens the log in a folder and closes it when the test has ended. */
export async function openLog(folder: string, options: EmbeddedOptions = {}): Promise<Log> {
  const { log } = await embedded(folder, { lockTimeout: 0, ...options }).open()
  onTestFinished(() => log.close())
  return log
}

export function newRecord(topic: string, value: string, record: Partial<NewRecord> = {}): NewRecord {
  return { topic, partition: 0, key: 'key', value: Buffer.from(value), headers: {}, timestamp: 0, ...record }
}

/** The committed records of a partition. */
export async function readAll(log: Log, topic: string, partition = 0): Promise<LogRecord[]> {
  const end = (await log.admin.endOffsets(topic))[partition] as number
  const from = { topic, partition, offset: (await log.admin.beginOffsets(topic))[partition] as number }
  const reader = log.reader({ from: [from] })
  const batches = reader[Symbol.asyncIterator]()
  const records: LogRecord[] = []
  while (reader.position(from) < end) records.push(...((await batches.next()).value?.records ?? []))
  await reader.close()
  return records
}

export async function values(log: Log, topic: string, partition = 0): Promise<string[]> {
  return (await readAll(log, topic, partition)).map(({ value }) => String(value))
}

/** What a query gives on the log's file, asked by a connection of its own. */
export function query(folder: string, sql: string): unknown[] {
  const database = new Database(join(folder, 'log.sqlite'), { readonly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

/** A clock whose time passes only by `pass`, and whose turns are those of the event loop. */
export class ManualClock implements Clock {
  private time = 1_000_000_000_000
  private readonly tasks = new Set<{ readonly at: number; readonly task: () => void }>()

  now(): number {
    return this.time
  }

  after(milliseconds: number, task: () => void): () => void {
    const entry = { at: this.time + milliseconds, task }
    this.tasks.add(entry)
    return () => this.tasks.delete(entry)
  }

  nextTurn(task: () => void): void {
    setImmediate(task)
  }

  /** Lets time pass, and runs what falls due. */
  pass(milliseconds: number): void {
    this.time += milliseconds
    for (const entry of [...this.tasks]) {
      if (entry.at > this.time) continue
      this.tasks.delete(entry)
      entry.task()
    }
  }
}
