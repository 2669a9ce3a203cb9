import type { Codec } from '../codec/codec.js'
import { learnSchema } from '../codec/learn-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogRecord } from '../log/log.js'

export interface ScanOptions {
  readonly log: Log
  /** Learns the schemas of the records before they are given. */
  readonly codec?: Codec
  readonly topic: string
  /** Only this partition. */
  readonly partition?: number
  /** Begin there, if that is later. Default: the beginning. */
  readonly from?: number
  /** Go on with new records as they commit, for ever, instead of ending where the log ends now. */
  readonly follow?: boolean
}

/**
 * The committed records of a topic from the beginning to where it ends at the time of the call, or on and on with `follow`:
 * each partition in order, no order between partitions. The schemas of the records are known to the codec, where there is one, when they are given.
 */
export async function* scanTopic({ log, codec, topic, partition: only, from = 0, follow = false }: ScanOptions): AsyncGenerator<LogRecord> {
  const begins = (await log.admin.beginOffsets(topic)).map(begin => Math.max(begin, from))
  const ends = await log.admin.endOffsets(topic)
  const wanted = [...ends.keys()].filter(partition => partition === (only ?? partition))
  const behind = new Set(wanted.filter(partition => (begins[partition] as number) < (ends[partition] as number)))
  if (behind.size === 0 && !follow) return
  const partitions = follow ? wanted : [...behind]
  const reader = log.reader({ from: partitions.map(partition => ({ topic, partition, offset: begins[partition] as number })) })
  try {
    for await (const batch of reader) {
      const end = follow ? Number.POSITIVE_INFINITY : (ends[batch.partition] as number)
      for (const record of batch.records) {
        if (record.offset >= end) break
        const learning = codec && record.value && learnSchema(codec, record.value)
        if (learning) await learning
        yield record
      }
      if (batch.next >= end) behind.delete(batch.partition)
      if (behind.size === 0 && !follow) return
    }
    // The reader was closed before the end: an answer that is cut short would be a wrong one.
    if (!follow) throw eventstoreErrors.create('LOG_CLOSED', { log: topic })
  } finally {
    await reader.close()
  }
}
