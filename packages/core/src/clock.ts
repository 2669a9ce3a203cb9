/** Time and turns of the event loop, injected so that tests and the simulation control them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `task` once after at least `milliseconds`; returns what cancels it. Does not keep the process alive. */
  after(milliseconds: number, task: () => void): () => void
  /** Calls `task` in the next turn of the event loop, after everything that is ready now. */
  nextTurn(task: () => void): void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    // setTimeout holds 31 bits: a deadline in two months must not fire at once.
    const timer =
      milliseconds > 0x7fffffff
        ? setTimeout(() => (cancelLater = systemClock.after(milliseconds - 0x7fffffff, task)), 0x7fffffff)
        : setTimeout(task, milliseconds)
    let cancelLater: (() => void) | undefined
    timer.unref()
    return () => {
      clearTimeout(timer)
      cancelLater?.()
    }
  },
  nextTurn: task => void setImmediate(task),
}
