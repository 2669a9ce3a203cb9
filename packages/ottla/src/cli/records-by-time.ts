import type { Log, LogReader, LogRecord, RecordBatch, TopicOffset } from '@ottla/eventstore'

/** What was read of a partition and not given yet. */
interface Lane {
  readonly end: number
  records: readonly LogRecord[]
  next: number
  ended: boolean
}

/**
 * The committed records of a topic from its beginning up to `ends` (one offset for each partition): each partition in order,
 * and those of different partitions by their time as far as that order allows. The log itself has no order between partitions;
 * people who look at events of several aggregates want one.
 */
export async function* recordsByTime(log: Log, topic: string, ends: readonly number[]): AsyncGenerator<LogRecord> {
  const begins = await log.admin.beginOffsets(topic)
  const lanes = new Map<number, Lane>()
  for (const [partition, end] of ends.entries()) if ((begins[partition] ?? end) < end) lanes.set(partition, { end, records: [], next: 0, ended: false })
  if (lanes.size === 0) return
  const reader = log.reader({ from: [...lanes.keys()].map((partition): TopicOffset => ({ topic, partition, offset: begins[partition] as number })) })
  try {
    for await (const batch of reader) {
      fill(lanes.get(batch.partition) as Lane, batch, reader)
      yield* merge(lanes, reader)
      if (lanes.size === 0) return
    }
  } finally {
    await reader.close()
  }
}

/** Takes a batch into its lane; the partition waits until these records have been given. */
function fill(lane: Lane, batch: RecordBatch, reader: LogReader): void {
  lane.ended = batch.next >= lane.end
  lane.records = lane.ended ? batch.records.filter(({ offset }) => offset < lane.end) : batch.records
  lane.next = 0
  if (lane.ended || lane.records.length > 0) reader.pause(batch)
}

/** Gives the earliest records as long as each lane that has not ended holds one: only then is the earliest known. */
function* merge(lanes: Map<number, Lane>, reader: LogReader): Generator<LogRecord> {
  for (;;) {
    let earliest: LogRecord | undefined
    for (const [partition, lane] of lanes) {
      const record = lane.records[lane.next]
      if (record && (!earliest || record.timestamp < earliest.timestamp)) earliest = record
      if (record) continue
      if (!lane.ended) return
      lanes.delete(partition)
    }
    if (!earliest) return
    yield earliest
    const lane = lanes.get(earliest.partition) as Lane
    lane.next += 1
    if (lane.next === lane.records.length && !lane.ended) reader.resume(earliest)
  }
}
