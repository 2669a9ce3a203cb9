/** Up to where a shard's stored states go. */
export interface Checkpoint {
  readonly clusterId: string
  /** Next offsets of the events and outcomes that are in the store. */
  readonly events: number
  readonly outcomes: number
  /** The greatest inbox position that those committed. */
  readonly inbox: number | undefined
  /** The last event in the store; another one at its offset means another log. */
  readonly lastEvent: { readonly offset: number; readonly id: string } | undefined
  /** The state version of each participant when it was written. */
  readonly stateVersions: Readonly<Record<string, number>>
  /** From which event offset on the stream index is complete; undefined from the first event on. */
  readonly indexFrom?: number
  /** Streams with events from this offset on are noted as unpublished; undefined while the app takes no snapshots. */
  readonly published?: number
  /** The earliest time of a command that is decided and perhaps in no snapshot. */
  readonly decidedSince?: number
  /** While a snapshot is being loaded: the offset of its marker, and where its topic is to be read on. What is here is of no use before that is done. */
  readonly loading?: { readonly marker: number; readonly next: number }
}

/** As `published`: what is touched is noted from now on, but not all that was touched before. */
export const neverPublished = Number.MAX_SAFE_INTEGER
