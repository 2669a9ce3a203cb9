import type { Clock } from '@ottla/core'
import type { LogRecord, RecordBatch } from '../log/log.js'

/** How long records are taken before they are saved and others have their turn, in milliseconds: saving takes about as long again. */
const sliceTime = 10

export interface SliceWork {
  take(record: LogRecord): void
  /** After each slice, with the offset where the next one begins: what was taken is to be saved. */
  end(next: number): void
}

/** Works through a batch in slices of at most 20 ms, whatever the size of the batch: between two of them everything else in the process has its turn. */
export async function timeSlices({ records, next }: RecordBatch, clock: Clock, { take, end }: SliceWork): Promise<void> {
  let taken = 0
  do {
    const begun = clock.now()
    while (taken < records.length) {
      take(records[taken++] as LogRecord)
      // Looked at after each: one record of a snapshot may have a thousand ids.
      if (clock.now() - begun >= sliceTime) break
    }
    end(records[taken]?.offset ?? next)
    await new Promise<void>(resolve => clock.nextTurn(resolve))
  } while (taken < records.length)
}
