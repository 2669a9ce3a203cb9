import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { RecordBatch } from '../log/log.js'

/** How long a reader may stand still below a captured end before that is an error. */
const stallTimeout = 30_000

/** The next batch. Rejects with RESTORE_STALLED when none comes, although the end is not reached. */
export async function nextBatch(
  batches: AsyncIterator<RecordBatch>,
  { shard, topic, clock }: { readonly shard: number; readonly topic: string; readonly clock: Clock },
  position: () => number,
  end: number,
): Promise<RecordBatch> {
  const stall = Promise.withResolvers<never>()
  const cancel = clock.after(stallTimeout, () => stall.reject(eventstoreErrors.create('RESTORE_STALLED', { shard, topic, position: position(), end })))
  const next = await Promise.race([batches.next(), stall.promise]).finally(cancel)
  if (next.done) throw eventstoreErrors.create('LOG_CLOSED', { log: topic })
  return next.value
}
