import type { DecidedCommand } from '../../state/decided-command.js'

/** A decided command whose place in the log is known only after the commit. */
export interface PendingDecision {
  readonly command: Omit<DecidedCommand, 'eventsEnd' | 'outcomesEnd'>
  /** The events as a reader will see them, and as they are in the log. */
  readonly events: readonly object[]
  readonly bytes: readonly Uint8Array[]
}

/** A first outcome that is found again: from a batch in memory (then with its events) or from the store. */
export type KnownDecision = { readonly pending: PendingDecision } | { readonly stored: DecidedCommand }
