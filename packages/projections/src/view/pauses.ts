import type { Clock } from '@ottla/core'

/** Waits without blocking the event loop; ends early when it is stopped. */
export class Pauses {
  #stopped = false
  readonly #ends = new Set<() => void>()

  constructor(private readonly clock: Clock) {}

  /** Resolves after so many milliseconds, or at once when the pauses are stopped. */
  wait(milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise(resolve => {
      const end = () => {
        cancel()
        this.#ends.delete(end)
        resolve()
      }
      const cancel = this.clock.after(milliseconds, end)
      this.#ends.add(end)
    })
  }

  get stopped(): boolean {
    return this.#stopped
  }

  stop(): void {
    this.#stopped = true
    for (const end of this.#ends) end()
  }
}
