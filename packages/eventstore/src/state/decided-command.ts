/** The first outcome of a command, remembered for the de-duplication window. */
export interface DecidedCommand {
  readonly participant: string
  /** The id of the aggregate that decided. */
  readonly key: string
  readonly id: string
  readonly type: string
  readonly fingerprint: string
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  /** The stream's version before and after; equal where no event was left. */
  readonly from: number
  readonly to: number
  /** The reason of a rejection or the code of an error, and its details (JSON) or message. */
  readonly code?: string
  readonly details?: string
  /** Next offset of the shard's events and outcomes after the decision. */
  readonly eventsEnd: number
  readonly outcomesEnd: number
  /** Milliseconds since 1970. */
  readonly at: number
}
