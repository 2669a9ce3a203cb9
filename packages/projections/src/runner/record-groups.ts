import type { Clock } from '@ottla/core'
import type { LogReader, RecordBatch } from '@ottla/eventstore'

/** About how many records a transaction takes: enough to share its cost, few enough to hold the event loop for some milliseconds only. */
const groupSize = 1000

/** The batches of a reader in groups: those that are ready now, up to about a thousand records. Ends when the reader is closed. */
export async function* recordGroups(reader: LogReader, clock: Clock): AsyncGenerator<readonly RecordBatch[]> {
  const batches = reader[Symbol.asyncIterator]()
  const fetch = () => {
    const next = batches.next()
    // It may fail while the last group is still being written: it is awaited afterwards.
    next.catch(() => {})
    return next
  }
  let fetched = fetch()
  for (;;) {
    const first = await fetched
    if (first.done) return
    const group = [first.value]
    fetched = fetch()
    for (let records = first.value.records.length; records < groupSize; ) {
      const ready = await Promise.race([fetched, turn(clock)])
      if (!ready || ready.done) break
      group.push(ready.value)
      records += ready.value.records.length
      fetched = fetch()
    }
    yield group
  }
}

const turn = (clock: Clock): Promise<void> => new Promise(resolve => clock.nextTurn(resolve))
