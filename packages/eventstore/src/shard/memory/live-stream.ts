import type { Participant } from '../../model/participant.js'

/** An aggregate or saga in memory. Its state is deeply frozen: a change makes a new one. */
export interface LiveStream {
  readonly participant: Participant
  readonly id: string
  version: number
  state: object
  /** Why it is unavailable here: one of its events cannot be read. */
  unreadable: string | undefined
  /** How many batches that touched it are not in the state store yet; pinned against eviction while above 0. */
  pins: number
}
