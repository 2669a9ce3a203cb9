import type { Clock } from '@ottla/core'
import type { Random } from './random.js'

const epoch = Date.UTC(2026, 0, 1)

interface Timer {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

/**
 * Time that passes only when nothing else is ready, and turns of the event loop in an order that the seed decides: the
 * same seed gives the same run.
 */
export class SimulatedClock implements Clock {
  private time = epoch
  private readonly turns: (() => void)[] = []
  private timers: Timer[] = []
  private order = 0

  constructor(private readonly random: Random) {}

  now(): number {
    return this.time
  }

  nextTurn(task: () => void): void {
    this.turns.push(task)
  }

  after(milliseconds: number, task: () => void): () => void {
    const timer = { at: this.time + Math.max(0, milliseconds), order: this.order++, task }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter(other => other !== timer)
    }
  }

  /** Runs until `work` has settled. Throws when nothing is left that could settle it, or after `limit` steps. */
  async run<T>(work: Promise<T>, limit = 200_000): Promise<T> {
    let result: { readonly value: T } | { readonly error: unknown } | undefined
    work.then(
      value => {
        result = { value }
      },
      (error: unknown) => {
        result = { error }
      },
    )
    for (let step = 0; ; step++) {
      await settleMicrotasks()
      if (result) break
      if (step > limit) throw new Error(`Not done after ${limit} steps, at ${this.time - epoch} ms: something turns in circles.`)
      if (!this.step()) throw new Error(`Nothing is left to do at ${this.time - epoch} ms, and the work is not done: something waits for ever.`)
    }
    if ('error' in result) throw result.error
    return result.value
  }

  private step(): boolean {
    if (this.turns.length > 0) {
      const [task] = this.turns.splice(this.random.below(this.turns.length), 1)
      task?.()
      return true
    }
    const next = this.timers.reduce<Timer | undefined>(
      (first, timer) => (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order) ? timer : first),
      undefined,
    )
    if (!next) return false
    this.timers = this.timers.filter(timer => timer !== next)
    this.time = Math.max(this.time, next.at)
    next.task()
    return true
  }
}

/** Lets every promise that can settle do so: immediates come after all microtasks. */
function settleMicrotasks(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
