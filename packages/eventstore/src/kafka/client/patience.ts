import { setTimeout as sleepReally } from 'node:timers/promises'

/** How long one keeps trying, and how long between two tries. Milliseconds. */
export interface Patience {
  readonly total: number
  readonly first: number
  readonly longest: number
}

/** Resolves after so many milliseconds. */
export type Sleep = (milliseconds: number) => Promise<unknown>

/** Counts the tries of one operation: each pause is longer than the one before, up to the longest, with jitter. */
export class Tries {
  private readonly end: number
  private pause: number

  /** @param sleep ends after so many milliseconds; default: the machine's. */
  constructor(
    private readonly patience: Patience,
    private readonly sleep: Sleep = sleepReally,
  ) {
    this.end = performance.now() + patience.total
    this.pause = patience.first
  }

  get isOver(): boolean {
    return performance.now() >= this.end
  }

  async wait(): Promise<void> {
    await this.sleep(this.pause * (0.8 + 0.4 * Math.random()))
    this.pause = Math.min(this.pause * 1.5, this.patience.longest)
  }
}

/** Calls `operation` until it resolves, rejects for good, or the patience is over; then rejects as it did last. */
export async function patiently<T>(patience: Patience, operation: () => Promise<T>, mayPass: (error: unknown) => boolean, sleep?: Sleep): Promise<T> {
  for (const tries = new Tries(patience, sleep); ; await tries.wait()) {
    try {
      return await operation()
    } catch (error) {
      if (tries.isOver || !mayPass(error)) throw error
    }
  }
}
