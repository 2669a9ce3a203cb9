import { eventstoreErrors } from '../../eventstore-errors.js'
import type { NewRecord } from '../../log/log.js'
import { recordBytes } from './record-batch.js'

/** Throws RECORD_TOO_LARGE for the first record of more than `limit` bytes: key, value, headers and what Kafka's format adds. */
export function requireSizes(records: readonly NewRecord[], limit: number): void {
  for (const record of records) {
    const bytes = recordBytes(record)
    if (bytes > limit) throw eventstoreErrors.create('RECORD_TOO_LARGE', { bytes, topic: record.topic, partition: record.partition, limit })
  }
}
