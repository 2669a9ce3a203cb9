import type { Log, TopicOffset } from '@ottla/eventstore'
import type { ViewCheckpoint } from '../view/view-meta.js'
import { recordId } from './event-decoder.js'
import { logBegin, logEnd } from './log-bounds.js'
import { PartitionOffsets } from './partition-offsets.js'

/**
 * Whether a view with this checkpoint was made from these topics of this log: no partition ends before the checkpoint or
 * begins after it, and the record before it is the one that the view has read. A log that was put back from a backup and written to since
 * has another one there. The answer means nothing when the signal has ended the look.
 */
export async function isCheckpointOf(log: Log, topics: readonly string[], checkpoints: readonly ViewCheckpoint[], signal: AbortSignal): Promise<boolean> {
  const begin = new PartitionOffsets(await logBegin(log, topics))
  const end = new PartitionOffsets(await logEnd(log, topics))
  if (checkpoints.some(at => at.offset > (end.get(at) ?? -1) || at.offset < (begin.get(at) ?? 0))) return false
  return readsSameRecords(
    log,
    checkpoints.filter(at => at.last && at.last.offset >= (begin.get(at) ?? 0)),
    signal,
  )
}

async function readsSameRecords(log: Log, checkpoints: readonly ViewCheckpoint[], signal: AbortSignal): Promise<boolean> {
  if (checkpoints.length === 0) return true
  const open = new Map(checkpoints.map(checkpoint => [partitionName(checkpoint), checkpoint.last as NonNullable<ViewCheckpoint['last']>]))
  const reader = log.reader({ from: checkpoints.map(({ topic, partition, last }): TopicOffset => ({ topic, partition, offset: last?.offset ?? 0 })) })
  const stop = () => void reader.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const batch of reader) {
      const last = open.get(partitionName(batch))
      if (!last || batch.next <= last.offset) continue
      const [record] = batch.records
      if (record?.offset !== last.offset || recordId(record) !== last.eventId) return false
      reader.pause(batch)
      open.delete(partitionName(batch))
      if (open.size === 0) return true
    }
    return true
  } finally {
    signal.removeEventListener('abort', stop)
    await reader.close()
  }
}

const partitionName = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}-${partition}`
