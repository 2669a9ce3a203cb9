import { existsSync } from 'node:fs'
import { type Clock, systemClock } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import { DataFolder } from '../folder/data-folder.js'
import { FolderLock } from '../folder/folder-lock.js'
import { onFile } from '../folder/sqlite-failure.js'
import type { LogConfig, OpenLog } from '../log/log-config.js'
import { EmbeddedLog } from './embedded-log.js'
import { EmbeddedRegistry } from './embedded-registry.js'
import { openForReading, openForWriting } from './log-database.js'

export interface EmbeddedOptions {
  /** Reads beside the process that writes. Default false. */
  readonly readOnly?: boolean
  /** How long opening waits for another process to end, in milliseconds. Default 2,000. */
  readonly lockTimeout?: number
  /** How large key, value and headers of a record may be together, in bytes. Default 1 MiB. */
  readonly maxRecordBytes?: number
  /** How large the log's file may become, in bytes: beyond it commits reject with LOG_FULL, instead of filling the disk. Default: no limit but the disk's. */
  readonly maxLogBytes?: number
  /**
   * Whether an app registers the schemas of its messages when it starts. Default true. With false it only looks them up, and does not start before `ottla schema register`
   * has put them there.
   */
  readonly autoRegister?: boolean
  readonly clock?: Clock
}

/**
 * The log that needs nothing installed: one SQLite file in `folder`, which is created where it does not exist. One process at a
 * time writes; others may read while it runs. What has been committed is on the disk (`synchronous=FULL`).
 *
 * `open` rejects with LOG_FOLDER_INVALID when the folder holds something else, LOG_IN_USE, LOG_DAMAGED (the file is left as it is), LOG_FULL.
 */
export function embedded(folder: string, options: EmbeddedOptions = {}): LogConfig {
  return {
    open: async ({ readOnly = options.readOnly ?? false } = {}) => {
      requireNode()
      const data = new DataFolder(folder, 'embedded')
      return readOnly ? openReader(data, options) : openWriter(data, options)
    },
  }
}

async function openWriter(folder: DataFolder, options: EmbeddedOptions): Promise<OpenLog> {
  folder.prepare()
  const lock = await FolderLock.take(folder, options.lockTimeout ?? 2_000)
  try {
    folder.requireLog()
    const database = openForWriting(folder.log, options.maxLogBytes)
    const release = () => {
      database.close()
      lock.release()
    }
    return openOn(database, folder, options, release)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openReader(folder: DataFolder, options: EmbeddedOptions): Promise<OpenLog> {
  folder.requireMarked()
  if (!existsSync(folder.log)) throw folder.invalid('there is no log in it yet')
  const database = openForReading(folder.log)
  return openOn(database, folder, options, () => database.close())
}

function openOn(database: ReturnType<typeof openForReading>, folder: DataFolder, options: EmbeddedOptions, release: () => void): OpenLog {
  const { clock = systemClock, maxRecordBytes = 1024 * 1024 } = options
  try {
    return onFile(folder.log, () => ({
      log: new EmbeddedLog({ database, clock, maxRecordBytes, release }),
      registry: new EmbeddedRegistry(database, database.readonly),
      folder: folder.path,
      autoRegister: options.autoRegister,
    }))
  } catch (error) {
    database.close()
    throw error
  }
}

/** The oldest Node.js that better-sqlite3 13 works with; on older ones it ends the process without a word. */
const oldestNode = 22

function requireNode(): void {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) throw eventstoreErrors.create('NODE_TOO_OLD', { version: process.version, oldest: oldestNode })
}
