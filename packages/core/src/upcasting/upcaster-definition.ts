import type { MessageClass } from '../messages/message.js'

/** What an upcaster makes of a stored event: events of these classes, one, several or none. */
export type Upcasted<C extends MessageClass | readonly MessageClass[]> = C extends readonly MessageClass[]
  ? InstanceType<C[number]> | readonly InstanceType<C[number]>[]
  : C extends MessageClass
    ? InstanceType<C> | readonly InstanceType<C>[]
    : never

/** How stored events of one class are read as events of others, as the runtime knows it. */
export interface UpcasterDefinition {
  readonly kind: 'upcaster'
  /** The class that the stored bytes are decoded with; it stays in the code for that alone. */
  readonly from: MessageClass
  /** What may come of it: newer classes, which other upcasters may take further. */
  readonly to: readonly MessageClass[]
  /** Where the code stands, for errors: `OrderHistory.placed`. */
  readonly member: string
  /** Depends on the event and on nothing else: the log is read again and again, and each time the same must come of it. */
  upcast(old: object): object | readonly object[]
}
