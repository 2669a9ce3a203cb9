import { type Log, type LogRecord, scanTopic } from '@ottla/eventstore'

/** The committed records of a topic up to where it ends now. */
export async function recordsOf(log: Log, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const record of scanTopic({ log, topic })) records.push(record)
  return records
}
