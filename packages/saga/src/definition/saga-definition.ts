import type { MessageClass, Rejection } from '@ottla/core'
import type { Duration } from './duration.js'

/** What a step returns: a command, several (sent in parallel), or nothing (it is skipped). Never a promise. */
export type Sends = (object & { then?: never }) | readonly object[] | undefined | void

/** How long and how often something is tried. */
export interface Attempts {
  /** How long an attempt waits for its answer. Default: without end; of a compensation: as its step. */
  readonly timeout?: Duration
  /**
   * How often a failed or timed out command is sent again, after 1 s, 2 s, 4 s … up to 30 s. Default 3; of compensations
   * and of the saga's last commands 5.
   */
  readonly retry?: number
}

/** The final answer to a command of a step, as an `@OnReply` method sees it. */
export interface SagaReply<C = object> {
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  /** Of a rejection its reason, of a failure the error's code. */
  readonly code?: string
  /** Of a rejection its details, of a failure its `message`; empty when accepted. */
  readonly details: Readonly<Record<string, unknown>>
  /** The command that is answered. */
  readonly command: C
}

/** What starts a saga. */
export interface SagaTrigger<S = object> {
  readonly event: MessageClass
  /** Where the code stands, for errors: `FulfilOrder.start`. */
  readonly member: string
  /** Default: the id of the stream that the event belongs to. */
  readonly sagaId?: (event: object, streamId: string) => string
  /** Changes `state` by the event, and by nothing else. */
  start(state: S, event: object): void
}

export interface SagaCompensation<S = object> extends Attempts {
  readonly member: string
  /** Is asked once for every command of the step that was accepted or may still be; must not change `state`. */
  compensate(state: S, command: object): Sends
}

export interface SagaReplyHandler<S = object> {
  readonly member: string
  /** Changes `state` by the reply, and by nothing else. */
  apply(state: S, reply: SagaReply): void
}

export interface SagaStep<S = object> extends Attempts {
  /** Unique in the saga and part of command ids: it must not change while sagas are under way. */
  readonly name: string
  readonly member: string
  /** Must not change `state`. */
  send(state: S): Sends
  readonly compensation?: SagaCompensation<S>
  readonly onReply?: SagaReplyHandler<S>
}

export interface SagaEnd<S = object> extends Attempts {
  readonly member: string
  /** `reason` says why the saga was compensated, where it was. Must not change `state`. */
  send(state: S, reason?: Rejection): Sends
}

/** A saga as the runtime knows it: steps in order, each with what undoes it. */
export interface SagaDefinition<S extends object = object> {
  readonly kind: 'saga'
  readonly name: string
  /** Counted up when the shape of the state changes, so that stored states of the old shape are made anew. Default 1. */
  readonly stateVersion: number
  /** The state before the first event; a new object at each call. */
  initialState(): S
  readonly triggers: readonly SagaTrigger<S>[]
  readonly steps: readonly SagaStep<S>[]
  /** The last command when every step was made. */
  readonly completed?: SagaEnd<S>
  /** The last command when everything was undone. */
  readonly compensated?: SagaEnd<S>
}
