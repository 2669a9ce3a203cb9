import { randomUUID } from 'node:crypto'
import type { Log, LogRecord, NewRecord } from '@ottla/eventstore'

/** A new topic. */
export async function newTopic(log: Log, partitions = 1): Promise<string> {
  const name = `topic-${randomUUID()}`
  await log.admin.ensureTopics([{ name, partitions }])
  return name
}

export function newRecord(topic: string, value: string, record: Partial<NewRecord> = {}): NewRecord {
  return { topic, partition: 0, key: 'key', value: Buffer.from(value), headers: {}, timestamp: 1_700_000_000_000, ...record }
}

/** The committed records of a partition up to its present end. */
export async function committed(log: Log, topic: string, partition = 0): Promise<LogRecord[]> {
  const end = (await log.admin.endOffsets(topic))[partition] as number
  const from = { topic, partition, offset: 0 }
  const reader = log.reader({ from: [from] })
  const batches = reader[Symbol.asyncIterator]()
  const records: LogRecord[] = []
  while (reader.position(from) < end) records.push(...((await batches.next()).value?.records ?? []))
  await reader.close()
  return records
}

export async function values(log: Log, topic: string, partition = 0): Promise<string[]> {
  return (await committed(log, topic, partition)).map(({ value }) => String(value))
}
