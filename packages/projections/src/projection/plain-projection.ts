import type { MessageClass } from '@ottla/core'
import type { View } from '../view/view.js'
import type { Projected, ProjectionContext, ProjectionDefinition, ProjectionHandler } from './projection-definition.js'

/** A pair of an event class and what it does to the view; made by `on`. */
export interface PlainProjectionHandler {
  readonly event: MessageClass
  readonly handle: (event: never, view: View, context: ProjectionContext) => Projected
}

export interface PlainProjection {
  readonly name: string
  /** Default 1. */
  readonly version?: number
  readonly schema: string
  readonly on: readonly PlainProjectionHandler[]
}

/** Joins an event class with what it does to the view: `on(OrderPlaced, (event, view) => view.insert('orders', { id: event.orderId }))`. */
export function on<E extends object>(event: MessageClass<E>, handle: (event: E, view: View, context: ProjectionContext) => Projected): PlainProjectionHandler {
  return { event, handle }
}

/** A projection without decorators; the decorators make the same definition. */
export function projection(plain: PlainProjection): ProjectionDefinition {
  return {
    kind: 'projection',
    name: plain.name,
    version: plain.version ?? 1,
    schema: plain.schema,
    handlers: plain.on.map(({ event, handle }) => ({ event, member: `${plain.name}.on(${event.name})`, handle: handle as ProjectionHandler['handle'] })),
  }
}
