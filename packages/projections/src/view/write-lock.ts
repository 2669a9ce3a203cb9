import type { Pauses } from './pauses.js'
import { isBusy } from './sqlite-fault.js'

/**
 * Runs `work` as soon as no other connection holds the file's write lock, which is no error: a view that is swapped in holds
 * it for a while. Gives undefined when the pauses were stopped before that.
 */
export async function whenUnlocked<T>(pauses: Pauses, work: () => T): Promise<T | undefined> {
  for (let delay = 5; !pauses.stopped; delay = Math.min(delay * 2, 100)) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    await pauses.wait(delay)
  }
  return undefined
}
