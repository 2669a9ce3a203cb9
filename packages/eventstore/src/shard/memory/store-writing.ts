import type { Clock } from '@ottla/core'
import type { ShardMemory } from './shard-memory.js'

export interface StoreWritingOptions {
  readonly clock: Clock
  /** How many changes wait at most for the state store, and how long in milliseconds. */
  readonly limits: { readonly storeBacklog: number; readonly storeDelay: number }
}

/** Writes what has been committed to the state store: behind the commits, many of them at a time. */
export class StoreWriting {
  private isScheduled = false
  private cancel = () => {}

  /** @param failed called when a write fails that nobody waits for */
  constructor(
    private readonly memory: ShardMemory,
    private readonly options: StoreWritingOptions,
    private readonly failed: (error: Error) => void,
  ) {}

  /** There may be something new to write. Throws when it is written at once and that fails. */
  committed(): void {
    const { memory } = this
    if (memory.backlog >= this.options.limits.storeBacklog) memory.flush()
    else if (memory.backlog > 0) this.schedule()
  }

  /** Nothing is written by itself any more. */
  end(): void {
    this.isScheduled = true
    this.cancel()
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    const { clock, limits } = this.options
    this.cancel = clock.after(limits.storeDelay, () => {
      this.isScheduled = false
      try {
        this.memory.flush()
      } catch (error) {
        this.failed(error as Error)
      }
    })
  }
}
