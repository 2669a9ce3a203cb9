import type { CommitFate } from '@ottla/testing'

/** Holds commits that write records until the test says how they end. */
export function gate() {
  const held: { readonly records: number; end(fate: CommitFate): void }[] = []
  let arrived: (() => void) | undefined
  let isOpen = false
  return {
    onCommit(_: string, records: readonly unknown[]) {
      if (records.length === 0 || isOpen) return 'ok' as const
      return new Promise<CommitFate>(end => {
        held.push({ records: records.length, end })
        arrived?.()
      })
    },
    /** The next commit that reaches the broker. */
    async next() {
      while (held.length === 0) {
        await new Promise<void>(resolve => {
          arrived = resolve
        })
      }
      return held.shift() as (typeof held)[number]
    },
    /** From now on commits work; those that are held too. */
    open() {
      isOpen = true
      for (const { end } of held.splice(0)) end('ok')
    },
  }
}

/** Whether the promise has settled by the time that everything ready now has run. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  promise.then(
    () => {
      settled = true
    },
    () => {
      settled = true
    },
  )
  await turns(5)
  return settled
}

/** Lets everything run that is ready within so many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Resolves when `condition` holds; looks once a turn. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1)
}
