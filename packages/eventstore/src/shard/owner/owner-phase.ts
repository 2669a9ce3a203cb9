/**
 * Where an owner stands. Standing by: the shard is another node's, and nobody has told so (yet); it is taken over should that change. Halted: it cannot go on.
 * Released: it has been given up for good.
 */
export type OwnerPhase = 'taking-over' | 'owning' | 'standing-by' | 'halted' | 'released'
