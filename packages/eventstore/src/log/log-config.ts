import type { CompatibilityLevel } from '../registry/compatibility-level.js'
import type { SchemaRegistry } from '../registry/schema-registry.js'
import type { Log } from './log.js'

/** What an app is told about its log: which one, and how to open it. Made by `embedded(folder)`. */
export interface LogConfig {
  /** As in `OpenLog`, for those who do not open it. */
  readonly snapshots?: boolean
  /** The level that a subject gets which has none, where the log says one. */
  readonly compatibility?: CompatibilityLevel
  /** Opens the registry alone, where that needs less than the log: no broker, no folder. Asks once, without waiting for a registry that does not answer. */
  openRegistry?(): OpenRegistry
  /** Opens the log, and creates it where there is none. Rejects with the errors of the implementation, among them LOG_IN_USE, LOG_FOLDER_INVALID, LOG_DAMAGED. */
  open(options?: OpenOptions): Promise<OpenLog>
}

export interface OpenOptions {
  /** Reads beside the process that writes, and creates nothing: what would change the log rejects with LOG_READ_ONLY. Default false. */
  readonly readOnly?: boolean
}

/** An open log with what belongs to it. `log.close()` closes all of it. */
export interface OpenLog {
  readonly log: Log
  readonly registry: SchemaRegistry
  /** Where this node keeps its state store and its views. */
  readonly folder: string
  /** Whether an app on this log takes snapshots unless it says otherwise: where the state store may be lost although the log is not. Default false. */
  readonly snapshots?: boolean
  /** Whether an app may register the schemas of its messages. Default true; with false it does not start before they are there. */
  readonly autoRegister?: boolean
}

/** A registry without the log. */
export interface OpenRegistry {
  readonly registry: SchemaRegistry
  close(): void
}
