import type { MessageDefinition } from '@ottla/core'

/** What a participant is told about the decision at hand. */
export interface DecisionContext {
  readonly id: string
  /** The id of the message that is decided: a command's, or `<command>/<index>` of an event. */
  readonly messageId: string
  readonly correlationId: string
  /** The version of the stream before this decision. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How a command that a saga sent has ended. */
export interface Reply {
  readonly commandId: string
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  /** The rejection's or the error's code. */
  readonly code?: string
  /** The rejection's details as JSON, or the error's message. */
  readonly details?: string
}

/** What reaches a participant. Aggregates get commands only. */
export type Input =
  | { readonly kind: 'command'; readonly definition: MessageDefinition; readonly message: object }
  | { readonly kind: 'event'; readonly definition: MessageDefinition; readonly message: object; readonly bytes: Uint8Array }
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'deadline' }
  /** To a saga that could not take its last input: it records why it cannot go on. */
  | { readonly kind: 'park'; readonly code: string; readonly details: string }

/** A command that a saga sends; its reply comes back to the saga. */
export interface OutgoingCommand {
  /** Unique for its target; the same id again is the same command. */
  readonly id: string
  readonly definition: MessageDefinition
  readonly message: object
}

/** What a participant decided. */
export interface Decision {
  readonly events: readonly { readonly definition: MessageDefinition; readonly message: object }[]
  readonly commands: readonly OutgoingCommand[]
}

/**
 * An aggregate or a saga as the shard owner sees it: pure functions. `decide` may throw a Rejection (commands only) or
 * anything else, and then nothing is kept of it; both must be synchronous. States are deeply frozen between calls.
 */
export interface Participant<State extends object = object> {
  readonly kind: 'aggregate' | 'saga'
  readonly name: string
  /** Stored states of another version are made anew from the events. */
  readonly stateVersion: number
  /** The classes whose instances the state may hold: they are stored by name and read back as instances. */
  readonly classes: readonly MessageDefinition[]
  /** The events of its stream. */
  readonly events: readonly MessageDefinition[]
  /** The commands it decides (an aggregate) or sends (a saga). */
  readonly commands: readonly MessageDefinition[]
  initialState(id: string): State
  decide(state: State, input: Input, context: DecisionContext): Decision
  /** Changes `state`, a copy that nobody else holds, by the event. */
  evolve(
    state: State,
    event: { readonly definition: MessageDefinition; readonly message: object },
    context: { readonly id: string; readonly version: number; readonly timestamp: number },
  ): void
  /** When the stream wants an input `deadline`, in milliseconds since 1970, or undefined. */
  deadline(state: State): number | undefined
  /** Of a saga: which events it wants to see and for which saga id. */
  readonly triggers: readonly { readonly event: MessageDefinition; sagaId(event: object, streamId: string): string }[]
}
