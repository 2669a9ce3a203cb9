import type { Clock } from '@ottla/core'
import type { ShardModel } from '../../model/shard-model.js'
import { type StreamName, streamKey } from '../../model/stream-name.js'
import type { StateStore } from '../../state/state-store.js'
import type { LiveStream } from '../memory/live-stream.js'
import type { DeadlineMessage } from '../messages/shard-message.js'
import { DeadlineQueue } from './deadline-queue.js'

export interface DeadlineOptions {
  readonly shard: number
  readonly store: StateStore
  readonly model: ShardModel
  readonly clock: Clock
}

/** The deadlines of a shard's sagas, as committed: each comes as a message, once. */
export class StreamDeadlines {
  private readonly queue = new DeadlineQueue<StreamName>()
  private readonly clock: Clock
  private cancel = () => {}

  /**
   * Begins with those in the state store.
   * @param wake called when one has come
   */
  constructor(
    { shard, store, model, clock }: DeadlineOptions,
    private readonly wake: () => void,
  ) {
    this.clock = clock
    for (const { participant, id, deadline } of store.deadlines(shard)) {
      if (model.participant(participant)) this.queue.set(streamKey(participant, id), { participant, id }, deadline)
    }
  }

  /** The stream has this state now. */
  set({ participant, id }: LiveStream, state: object): void {
    this.queue.set(streamKey(participant.name, id), { participant: participant.name, id }, participant.deadline(state))
  }

  /** Those that have come and were not taken before. */
  take(): DeadlineMessage[] {
    return this.queue.take(this.clock.now()).map(({ stream: { participant, id }, at }) => {
      // With its time, since the ids of events derive from it: a saga has many deadlines, but never two at one time.
      return { kind: 'deadline', saga: participant, key: id, id: `deadline/${participant}/${id}/${at}`, correlationId: id }
    })
  }

  /** Waits for the next one. */
  schedule(): void {
    this.cancel()
    const { next } = this.queue
    if (next !== undefined) this.cancel = this.clock.after(Math.max(0, next - this.clock.now()), this.wake)
  }

  /** Waits no longer. */
  end(): void {
    this.cancel()
  }
}
