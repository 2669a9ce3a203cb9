/** A decided command that left no event of its own aggregate: refused, failed, or accepted without a change. */
export interface StoredOutcome {
  readonly commandId: string
  /** Avro name of the command. */
  readonly commandType: string
  readonly stream: { readonly participant: string; readonly id: string }
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  /** The code of the rejection or error, and the rejection's details (JSON) or the error's message. */
  readonly code?: string
  readonly details?: string
  /** When it was decided, in milliseconds since 1970. */
  readonly timestamp: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
}
