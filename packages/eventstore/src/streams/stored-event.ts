/** An event as it stands in the log, with what its record says about it. */
export interface StoredEvent<E extends object = object> {
  /** Avro name: `shop.OrderPlaced`. */
  readonly type: string
  readonly message: E
  readonly stream: { readonly participant: string; readonly id: string }
  /** The version of the stream that it makes: 1 for the first. */
  readonly version: number
  readonly eventId: string
  /** The command (or the message to a saga) that it comes from. */
  readonly commandId: string
  readonly correlationId: string
  /** When it was decided, in milliseconds since 1970. */
  readonly timestamp: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
}
