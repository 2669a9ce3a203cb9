import type { Log } from '@ottla/eventstore'

/** A log that a fact is tried on. */
export interface ContractLog {
  readonly log: Log
  /** Closes the log and opens it again, as a restart of the process does. */
  reopen(): Promise<Log>
  /** Releases everything, also what a reopening has made. */
  close(): Promise<void>
}

/** Opens a log; it may hold topics and groups of other facts, since each fact uses names of its own. */
export type OpenContractLog = () => Promise<ContractLog>
