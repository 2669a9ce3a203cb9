import type { MessageClass, Rejection } from '@ottla/core'
import { checkSaga } from './check-saga.js'
import type { Attempts, SagaDefinition, SagaReply, SagaStep, SagaTrigger, Sends } from './saga-definition.js'

export interface PlainStep<S, C extends object> extends Attempts {
  /** The step's command, several (sent in parallel), or nothing (it is skipped). Must not change `state`. */
  readonly send: (state: S) => C | readonly C[] | undefined | void
  /** What undoes one of its commands. Must not change `state`. */
  readonly compensate?: (state: S, command: C) => Sends
  /** Attempts of the compensating commands. */
  readonly compensation?: Attempts
  /** Changes `state` by the answer to one of its commands. */
  readonly onReply?: (state: S, reply: SagaReply<C>) => void
}

export interface PlainSaga<S extends object> {
  readonly name: string
  readonly stateVersion?: number
  readonly initialState: () => S
  /** Made by `startsOn`. */
  readonly startsOn: readonly SagaTrigger<S>[]
  /** Made by `step`; they run in this order. */
  readonly steps: readonly SagaStep<S>[]
  /** The last command when every step was made. */
  readonly completed?: (state: S) => Sends
  /** The last command when everything was undone. */
  readonly compensated?: (state: S, reason: Rejection) => Sends
  /** Attempts of the last commands. */
  readonly end?: Attempts
}

/** Joins an event class with what it puts into the state of a new saga: `startsOn(OrderPlaced, (state, event) => { state.orderId = event.orderId })`. */
export function startsOn<S, E extends object>(
  event: MessageClass<E>,
  start: (state: S, event: E) => void,
  options: { readonly id?: (event: E, streamId: string) => string } = {},
): SagaTrigger<S> {
  return { event, member: `startsOn(${event?.name})`, sagaId: options.id as SagaTrigger<S>['sagaId'], start: start as SagaTrigger<S>['start'] }
}

/** A step of a saga without decorators: `step('charge', { send: state => new ChargePayment({ ... }), compensate: ... })`. */
export function step<S, C extends object>(name: string, plain: PlainStep<S, C>): SagaStep<S> {
  const { send, compensate, compensation, onReply, timeout, retry } = plain
  return {
    timeout,
    retry,
    name,
    member: `step ${name}`,
    send: send as SagaStep<S>['send'],
    compensation: compensate && { ...compensation, member: `step ${name}: compensate`, compensate: (state, command) => compensate(state, command as C) },
    onReply: onReply && { member: `step ${name}: onReply`, apply: (state, reply) => onReply(state, reply as SagaReply<C>) },
  }
}

/** A saga without decorators; the decorators make the same definition. Throws MODEL_INVALID as they do. */
export function saga<S extends object>(plain: PlainSaga<S>): SagaDefinition<S> {
  const { name, completed, compensated, end } = plain
  const definition: SagaDefinition<S> = {
    kind: 'saga',
    name,
    stateVersion: plain.stateVersion ?? 1,
    initialState: plain.initialState,
    triggers: plain.startsOn.map(trigger => ({ ...trigger, member: `${name}: ${trigger.member}` })),
    steps: plain.steps.map(each => ({ ...each, member: `${name}: ${each.member}` })),
    completed: completed && { ...end, member: `${name}: completed`, send: completed },
    compensated: compensated && { ...end, member: `${name}: compensated`, send: (state, reason) => compensated(state, reason as Rejection) },
  }
  checkSaga(definition)
  return definition
}
