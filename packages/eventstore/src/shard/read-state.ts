import type { StoredState } from '../state/state-store.js'
import type { Participant } from './participant.js'
import type { ShardModel } from './shard-model.js'

/** A stream's state out of the store, or the one before its first event. One that this code cannot read makes the stream unreadable. */
export function readState(
  model: ShardModel,
  participant: Participant,
  id: string,
  stored: StoredState | undefined,
): { version: number; state: object; unreadable: string | undefined } {
  const { version = 0, unreadable } = stored ?? {}
  if (stored?.state === undefined) return { version, state: participant.initialState(id), unreadable }
  try {
    return { version, state: model.stateCodec(participant).decode(stored.state), unreadable }
  } catch (error) {
    return {
      version,
      state: participant.initialState(id),
      unreadable: `its stored state is of another shape (${(error as Error).message}); count up its state version`,
    }
  }
}
