import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'

/** The version of what lies in the folder; an Ottla that knows only older ones refuses it. */
const format = 1

/** Names in the data folder. All of them are removed by `removeData`; nothing else is ever created there. */
const markerFile = '.ottla'
const lockFile = 'lock.sqlite'
const logFile = 'log.sqlite'
const stateFile = 'state.sqlite'
const viewsFolder = 'views'

/** A folder that Ottla made, and where things lie in it. */
export class DataFolder {
  readonly path: string

  constructor(path: string) {
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
    if (this.isMarked()) return this.requireWritable()
    try {
      makeFolder(this.path)
    } catch (error) {
      throw this.invalid(existsSync(this.path) ? 'it is no folder' : `it cannot be created: ${(error as Error).message}`)
    }
    if (readdirSync(this.path).length > 0) throw this.invalid('it holds files that Ottla did not make')
    this.requireWritable()
    writeFileSync(this.marker, `${JSON.stringify({ format })}\n`)
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
    throw this.invalid('it holds files that Ottla did not make')
  }

  /**
   * Removes what Ottla has made, the log last: an interrupted removal can be repeated. Other files stay, and with them the marker, so that
   * the folder can still be used.
   */
  remove(): void {
    for (const file of this.viewFiles()) rmSync(file)
    if (existsSync(this.views) && readdirSync(this.views).length === 0) rmdirSync(this.views)
    for (const name of readdirSync(this.path)) {
      if (isOf(stateFile, name) || isOf(lockFile, name)) rmSync(join(this.path, name))
    }
    for (const name of readdirSync(this.path)) if (isOf(logFile, name)) rmSync(join(this.path, name))
    if (readdirSync(this.path).length === 1) rmSync(this.marker)
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
    const found = this.readFormat()
    if (found > format) throw this.invalid(`a newer Ottla made it, with format ${found}; this one knows ${format}`)
    return true
  }

  /** A marker that was cut off by a crash while it was written is a marker. */
  private readFormat(): number {
    try {
      return Number((JSON.parse(readFileSync(this.marker, 'utf8')) as { format?: unknown }).format)
    } catch {
      return format
    }
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

/** Makes the folder and those above it that are missing. One by one: Node's recursive mkdir never returns below /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  if (!existsSync(path)) makeFolder(dirname(path))
  mkdirSync(path)
}
