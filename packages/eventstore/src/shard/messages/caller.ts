import type { CommandEnvelope, Receipt } from '@ottla/core'

/** Someone in this process who waits for the outcome of a command. */
export interface Caller {
  readonly envelope: CommandEnvelope
  /** Whether it has been part of a commit, so that it may be decided although no answer came. */
  taken: boolean
  resolve(receipt: Receipt): void
  reject(error: Error): void
}
