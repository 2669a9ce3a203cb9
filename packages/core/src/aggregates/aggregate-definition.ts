import type { MessageClass } from '../messages/message.js'

/** What a handler may return: an event, several, or none. Never a promise. */
export type Decided = (object & { then?: never }) | readonly object[] | undefined | void

/** What an `@Apply` method may return, since it is not looked at: anything but a promise. */
export type Applied = (object & { then?: never }) | string | number | bigint | boolean | symbol | null | undefined | void

/** What a handler is told beside the command. */
export interface CommandContext {
  readonly commandId: string
  readonly correlationId: string
  /** The version of the aggregate before this command: how many events it has. */
  readonly version: number
  /** When it is decided, in milliseconds since 1970, by the clock of the app. Use this, not Date.now(). */
  readonly now: number
}

/** What an `@Apply` method is told beside the event. */
export interface EventContext {
  /** The version of the aggregate that this event makes: 1 for the first. */
  readonly version: number
}

export interface CommandHandler<S = object> {
  readonly command: MessageClass
  /** The event class that it returns, where its signature tells; checked when the app starts. */
  readonly returns?: MessageClass
  /** Where the code stands, for errors: `Order.place`. */
  readonly member: string
  /** Decides; must not change `state` and must not wait. */
  handle(state: S, command: object, context: CommandContext): Decided
}

export interface EventApplier<S = object> {
  readonly event: MessageClass
  readonly member: string
  /** Changes `state` by the event; must depend on nothing else. */
  apply(state: S, event: object, context: EventContext): void
}

/** An aggregate as the runtime knows it: the decider of one stream of events per id. */
export interface AggregateDefinition<S extends object = object> {
  readonly kind: 'aggregate'
  readonly name: string
  /** Counted up when the shape of the state changes, so that stored states of the old shape are made anew. Default 1. */
  readonly stateVersion: number
  /** The state before the first event; a new object at each call. */
  initialState(): S
  readonly handlers: readonly CommandHandler<S>[]
  readonly appliers: readonly EventApplier<S>[]
}
