import { eventstoreErrors } from '../eventstore-errors.js'
import type { StateStore } from '../state/state-store.js'
import type { Participant } from './participant.js'
import type { ShardModel } from './shard-model.js'

/**
 * A stream's state out of the store, or the one before its first event. Where it cannot be read, because it was damaged or a class of
 * it was renamed, the store forgets the shard and STATE_STORE_DAMAGED is thrown: the next take-over makes all of it anew from the log.
 */
export function readState(
  { store, model, shard }: { readonly store: StateStore; readonly model: ShardModel; readonly shard: number },
  participant: Participant,
  id: string,
): { version: number; state: object; unreadable: string | undefined } {
  try {
    const { version = 0, state, unreadable } = store.state(participant.name, id) ?? {}
    return { version, state: state === undefined ? participant.initialState(id) : model.stateCodec(participant).decode(state), unreadable }
  } catch (error) {
    store.discard(shard)
    throw eventstoreErrors.create('STATE_STORE_DAMAGED', { shard, stream: `${participant.name}/${id}`, problem: (error as Error).message }, { cause: error })
  }
}
