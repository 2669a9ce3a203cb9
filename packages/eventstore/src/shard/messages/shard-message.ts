import type { MessageDefinition } from '@ottla/core'
import type { Reply } from '../../model/participant.js'
import type { CallerAddress } from '../../records/caller-address.js'
import type { ReplyAddress } from '../../records/inbox-record.js'
import type { Caller } from './caller.js'

interface Addressed {
  /** The id of the aggregate or saga. */
  readonly key: string
  /** Unique for its target: the same again is the same message. */
  readonly id: string
  readonly correlationId: string
}

interface Content {
  readonly definition: MessageDefinition
  readonly message: object
  /** The message in Confluent wire format. */
  readonly bytes: Uint8Array
}

/** Who waits for the outcome, beside those in this process. */
interface Answered {
  /** On another node. */
  readonly remote?: CallerAddress
  /** The saga that sent it. */
  readonly replyTo?: ReplyAddress
}

interface ToSaga extends Addressed {
  readonly saga: string
}

/** A command to an aggregate of this shard. */
export interface CommandMessage extends Addressed, Content, Answered {
  readonly kind: 'command'
  readonly caller?: Caller
}

/** An event that a saga wants to see. */
export interface EventMessage extends ToSaga, Content {
  readonly kind: 'event'
}

/** The outcome of a command, for the saga that sent it. */
export interface ReplyToSaga extends ToSaga {
  readonly kind: 'reply'
  readonly reply: Reply
}

/** A saga's deadline has come. */
export interface DeadlineMessage extends ToSaga {
  readonly kind: 'deadline'
}

/** An inbox record that cannot be decided, to be answered and recorded as failed. */
export interface UnreadableMessage extends Addressed, Answered {
  readonly kind: 'unreadable'
  readonly type: string
  readonly error: Error
}

/** What a shard owner decides, one after another. */
export type ShardMessage = CommandMessage | EventMessage | ReplyToSaga | DeadlineMessage | UnreadableMessage
