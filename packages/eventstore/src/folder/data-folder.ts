import { accessSync, constants, existsSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import { makeFolder } from './make-folder.js'

/** The version of what lies in the folder; an Ottla that knows only older ones refuses it. */
const format = 1

/** What keeps its things in a folder: an embedded log, or a node of an app on Kafka. A folder never changes from one to the other. */
export type FolderUse = 'embedded' | 'kafka'

/** Names in the data folder. All of them are removed by `removeData`; nothing else is ever created there. */
const markerFile = '.ottla'
const lockFile = 'lock.sqlite'
const logFile = 'log.sqlite'
const stateFile = 'state.sqlite'
const viewsFolder = 'views'
/** A development broker's own data, which `startKafka` of @ottla/testing has made and marked with a record. */
const brokerFolder = 'kafka'
const brokerRecord = 'cluster.json'

/** A folder that Ottla made, and where things lie in it. */
export class DataFolder {
  readonly path: string

  constructor(
    path: string,
    /** undefined takes a folder of either use. */
    private readonly use: FolderUse | undefined,
  ) {
    this.path = resolve(path)
  }

  get lock(): string {
    return join(this.path, lockFile)
  }

  get log(): string {
    return join(this.path, logFile)
  }

  /** Makes the folder Ottla's own where it is new or empty. Throws LOG_FOLDER_INVALID, and then has changed nothing. */
  prepare(): void {
    if (this.isMarked()) {
      this.requireWritable()
      // A marker that a crash has cut off does not say what the folder is used for.
      if (this.readMarker() === undefined) this.mark()
      return
    }
    try {
      makeFolder(this.path)
    } catch (error) {
      throw this.invalid(existsSync(this.path) ? 'it is no folder' : `it cannot be created: ${(error as Error).message}`)
    }
    if (this.isForeign()) throw this.invalid('it holds files that Ottla did not make')
    this.requireWritable()
    this.mark()
  }

  /** Throws LOG_DAMAGED when the log is gone, though what was made from it is there: beginning anew would hide the loss. */
  requireLog(): void {
    const isThere = existsSync(this.log) && statSync(this.log).size > 0
    if (isThere || (!existsSync(join(this.path, stateFile)) && this.viewFiles().length === 0)) return
    throw eventstoreErrors.create('LOG_DAMAGED', { file: this.log, error: 'it is missing or empty beside its states and views' })
  }

  /** Throws LOG_FOLDER_INVALID unless Ottla has made the folder. */
  requireMarked(): void {
    if (!this.isMarked()) throw this.invalid('Ottla has made no log there')
  }

  /** Throws LOG_FOLDER_INVALID when it holds something and not Ottla's marker; gives whether there is something to remove. */
  isRemovable(): boolean {
    if (this.isMarked()) return true
    if (!existsSync(this.path) || readdirSync(this.path).length === 0) return false
    if (this.isForeign()) throw this.invalid('it holds files that Ottla did not make')
    return true
  }

  /**
   * Removes what Ottla has made, the log last: an interrupted removal can be repeated. Other files stay, and with them the marker, so that
   * the folder can still be used. Of a broker's data only what is marked as made by Ottla.
   */
  remove(): void {
    for (const file of this.viewFiles()) rmSync(file)
    if (existsSync(this.views) && readdirSync(this.views).length === 0) rmdirSync(this.views)
    for (const name of readdirSync(this.path)) {
      if (isOf(stateFile, name) || isOf(lockFile, name)) rmSync(join(this.path, name))
    }
    if (this.hasBroker()) this.removeBroker()
    for (const name of readdirSync(this.path)) if (isOf(logFile, name)) rmSync(join(this.path, name))
    if (readdirSync(this.path).every(name => name === markerFile)) rmSync(this.marker, { force: true })
  }

  invalid(problem: string): OttlaError {
    return eventstoreErrors.create('LOG_FOLDER_INVALID', { folder: this.path, problem })
  }

  private get marker(): string {
    return join(this.path, markerFile)
  }

  private get views(): string {
    return join(this.path, viewsFolder)
  }

  private viewFiles(): string[] {
    const names = existsSync(this.views) ? readdirSync(this.views) : []
    return names.filter(name => name.includes('.sqlite')).map(name => join(this.views, name))
  }

  private isMarked(): boolean {
    if (existsSync(this.path) && !statSync(this.path).isDirectory()) throw this.invalid('it is no folder')
    if (!existsSync(this.marker)) return false
    const { format: found = format, use = this.use } = this.readMarker() ?? {}
    if (found > format) throw this.invalid(`a newer Ottla made it, with format ${found}; this one knows ${format}`)
    if (this.use && use !== this.use) throw this.invalid(`it is that of ${use === 'kafka' ? 'a node of an app on Kafka' : 'an embedded log'}`)
    return true
  }

  /** undefined for a marker that was cut off by a crash while it was written. Where it does not say what the folder is for, that is an embedded log. */
  private readMarker(): { format: number; use: FolderUse } | undefined {
    try {
      const { format: found, use } = JSON.parse(readFileSync(this.marker, 'utf8')) as { format?: unknown; use?: unknown }
      return { format: Number(found), use: use === 'kafka' ? 'kafka' : 'embedded' }
    } catch {
      return existsSync(this.log) ? { format, use: 'embedded' } : undefined
    }
  }

  private mark(): void {
    writeFileSync(this.marker, `${JSON.stringify(this.use === 'kafka' ? { format, use: this.use } : { format })}\n`)
  }

  /** A development broker is started before the app that uses it: its data may be there alone. */
  private isForeign(): boolean {
    return readdirSync(this.path).some(name => name !== brokerFolder || !this.hasBroker())
  }

  private hasBroker(): boolean {
    try {
      const { clusterId, brokers } = JSON.parse(readFileSync(join(this.path, brokerFolder, brokerRecord), 'utf8')) as Record<string, unknown>
      return typeof clusterId === 'string' && typeof brokers === 'number'
    } catch {
      return false
    }
  }

  /** The record last, so that an interrupted removal can be repeated. */
  private removeBroker(): void {
    const folder = join(this.path, brokerFolder)
    for (const name of readdirSync(folder)) if (name !== brokerRecord) rmSync(join(folder, name), { recursive: true })
    rmSync(folder, { recursive: true })
  }

  private requireWritable(): void {
    try {
      accessSync(this.path, constants.W_OK)
    } catch {
      throw this.invalid('it is not writable')
    }
  }
}

/** Whether it is the file, one that SQLite keeps beside it, or the note that it is damaged. */
function isOf(file: string, name: string): boolean {
  return name === file || name.startsWith(`${file}-`) || name.startsWith(`${file}.`)
}
