import type { LogRecord } from '../../log/log.js'
import type { ShardMessage } from './shard-message.js'

/** A message that waits in the owner's queue. */
export interface QueuedMessage {
  readonly message: ShardMessage
  /** Of a message out of the inbox. */
  readonly inbox?: {
    readonly offset: number
    /** The offset to commit when it has been decided. */
    readonly next: number
    /** What the shard knows it by if it sent it itself. */
    readonly hop: Hop
    readonly record: LogRecord
  }
}

/** A message on its way through the inbox: messages to one target never overtake each other. */
export interface Hop {
  readonly target: string
  readonly name: string
}
