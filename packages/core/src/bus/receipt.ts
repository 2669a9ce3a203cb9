/**
 * A place in a shard's partition of each topic: topic → the offset of the next record. Someone who has read up to it has
 * seen the transaction that it belongs to.
 */
export interface Position {
  readonly shard: number
  readonly offsets: Readonly<Record<string, number>>
}

interface Decision {
  readonly commandId: string
  /** The aggregate's name and id. */
  readonly aggregate: string
  readonly key: string
  /** The aggregate's version after the command. */
  readonly version: number
  /** Covers the transaction of this shard; not what sagas do elsewhere. */
  readonly position: Position
  /** Whether the command had been decided before, so that this is the first outcome given again. */
  readonly duplicate: boolean
}

export interface Accepted extends Decision {
  readonly outcome: 'accepted'
  /** The events in order of their versions; empty when the command changed nothing. */
  readonly events: readonly object[]
}

/** The domain refused: a rule of the aggregate. Sending the same again with a new id may be accepted later. */
export interface Rejected extends Decision {
  readonly outcome: 'rejected'
  readonly reason: { readonly code: string; readonly details: Readonly<Record<string, unknown>> }
}

/** The code failed: the handler or an `@Apply` method threw, or its events could not be written. Nothing was kept of it. */
export interface Failed extends Decision {
  readonly outcome: 'failed'
  /** The code of the error, such as HANDLER_FAILED, and its message. */
  readonly error: { readonly code: string; readonly message: string }
}

/** What `send` gives back: the outcome of the command, durable when it is given. */
export type Receipt = Accepted | Rejected | Failed
