/** A stream's stored state. */
export interface StoredState {
  readonly participant: string
  readonly id: string
  readonly version: number
  /** The state as text of the StateCodec, or undefined when it is to be made anew from the events. */
  readonly state: string | undefined
  readonly deadline: number | undefined
  /** Why the stream is unavailable here: an event of it cannot be read. */
  readonly unreadable: string | undefined
}
