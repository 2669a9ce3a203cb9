import type { MessageClass, Upcasters } from '@ottla/core'
import type { StreamName } from '@ottla/eventstore'
import type { View } from '../view/view.js'

/** What a handler is told beside the event. All of it comes from the log, so it is the same at every rebuild. */
export interface ProjectionContext {
  /** The aggregate or saga whose event it is: `{ participant: 'order', id: 'o-1' }`. */
  readonly stream: StreamName
  /** The version of the stream that this event makes: 1 for the first. */
  readonly version: number
  readonly commandId: string
  readonly eventId: string
  readonly correlationId: string
  /** When the event was decided, in milliseconds since 1970. Use this, not Date.now(): a rebuild must give the same rows. */
  readonly timestamp: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What a handler may return: nothing that matters. Never a promise; beside `void` stands `number`, since `void` alone would let one compile. */
export type Projected = void | number

export interface ProjectionHandler {
  readonly event: MessageClass
  /** Where the code stands, for errors: `OrderSummary.placed`. */
  readonly member: string
  /** Writes what the event means into the view; must depend on nothing but the event, the context and the view's rows, and must not wait. */
  handle(event: object, view: View, context: ProjectionContext): Projected
}

/** A projection as the runtime knows it: the handlers that fold events into the rows of one view. */
export interface ProjectionDefinition {
  readonly kind: 'projection'
  /** Also the name of the view's file. */
  readonly name: string
  /** Counted up when a handler changes what it writes, so that the view is rebuilt. */
  readonly version: number
  /** The SQL that creates the view's tables, indexes, triggers and views. */
  readonly schema: string
  readonly handlers: readonly ProjectionHandler[]
  /** How events of older classes are read: the app's, of which those matter that lead to a handled event. Default: there are none. */
  readonly upcasters?: Upcasters
}
