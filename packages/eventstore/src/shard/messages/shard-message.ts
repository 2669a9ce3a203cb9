import type { MessageDefinition } from '@ottla/core'
import type { Reply } from '../../model/participant.js'
import type { CallerAddress } from '../../records/caller-address.js'
import type { ReplyAddress } from '../../records/inbox-record.js'
import type { Caller } from './caller.js'

/** A command to an aggregate of this shard. */
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
