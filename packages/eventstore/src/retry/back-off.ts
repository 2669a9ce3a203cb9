import type { Clock } from '@ottla/core'

/** Waiting between attempts: longer after each, and not as long as others do at the same moment. */
export class BackOff {
  private readonly waiting = new Set<() => void>()
  private stopped = false

  constructor(
    private readonly clock: Clock,
    /** In milliseconds. */
    private readonly longest = 5_000,
  ) {}

  /** Resolves after 10 ms for the first attempt (0), doubling to the longest, each time between half of that and all of it; at once after `stop`. */
  wait(attempt: number): Promise<void> {
    const longest = Math.min(this.longest, 10 * 2 ** attempt)
    return this.pause(longest / 2 + Math.random() * (longest / 2))
  }

  /** Resolves after so many milliseconds; at once after `stop`. */
  pause(milliseconds: number): Promise<void> {
    if (this.stopped) return Promise.resolve()
    return new Promise(resolve => {
      const end = () => {
        cancel()
        this.waiting.delete(end)
        resolve()
      }
      const cancel = this.clock.after(milliseconds, end)
      this.waiting.add(end)
    })
  }

  /** Ends all waiting, now and later. */
  stop(): void {
    this.stopped = true
    for (const end of this.waiting) end()
  }
}
