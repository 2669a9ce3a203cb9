import type { CommandEnvelope, MessageDefinition, Receipt } from '@ottla/core'
import type { LogRecord } from '../../log/log.js'
import type { Reply } from '../../model/participant.js'
import type { CallerAddress } from '../../records/caller-address.js'
import type { ReplyAddress } from '../../records/inbox-record.js'

/** Someone in this process who waits for the outcome of a command. */
export interface Caller {
  readonly envelope: CommandEnvelope
  /** Whether it has been part of a commit, so that it may be decided although no answer came. */
  taken: boolean
  resolve(receipt: Receipt): void
  reject(error: Error): void
}

export interface CommandMessage {
  readonly kind: 'command'
  readonly key: string
  readonly id: string
  readonly definition: MessageDefinition
  readonly message: object
  /** The message in Confluent wire format. */
  readonly bytes: Uint8Array
  readonly correlationId: string
  readonly caller?: Caller
  /** Who waits for the outcome on another node. */
  readonly remote?: CallerAddress
  readonly replyTo?: ReplyAddress
}

/** An event that a saga wants to see. */
export interface EventMessage {
  readonly kind: 'event'
  readonly saga: string
  readonly key: string
  readonly id: string
  readonly definition: MessageDefinition
  readonly message: object
  readonly bytes: Uint8Array
  readonly correlationId: string
}

/** The outcome of a command, for the saga that sent it. */
export interface ReplyToSaga {
  readonly kind: 'reply'
  readonly saga: string
  readonly key: string
  readonly id: string
  readonly reply: Reply
  readonly correlationId: string
}

/** A saga's deadline has come. */
export interface DeadlineMessage {
  readonly kind: 'deadline'
  readonly saga: string
  readonly key: string
  readonly id: string
  readonly correlationId: string
}

/** An inbox record that cannot be decided, to be answered and recorded as failed. */
export interface UnreadableMessage {
  readonly kind: 'unreadable'
  readonly key: string
  readonly id: string
  readonly type: string
  readonly correlationId: string
  readonly error: Error
  readonly remote?: CallerAddress
  readonly replyTo?: ReplyAddress
}

/** What a shard owner decides, one after another. */
export type ShardMessage = CommandMessage | EventMessage | ReplyToSaga | DeadlineMessage | UnreadableMessage

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
