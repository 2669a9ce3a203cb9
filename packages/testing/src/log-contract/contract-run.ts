import { ok, rejects } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isOttlaError } from '@ottla/core'
import type { Commit, Log, LogRecord, LogWriter, NewRecord, TopicConfig, TopicOffset } from '@ottla/eventstore'
import type { ContractLog } from './contract-log.js'

/** One fact's run: a log, names that no other fact has, and short ways to write and read. */
export class ContractRun {
  private current: Log

  constructor(private readonly opened: ContractLog) {
    this.current = opened.log
  }

  get log(): Log {
    return this.current
  }

  async reopen(): Promise<Log> {
    this.current = await this.opened.reopen()
    return this.current
  }

  /** A name for a topic, group or writer. */
  name(kind: string): string {
    return `${kind}.${randomUUID()}`
  }

  /** A new topic. */
  async topic(partitions = 1, config: Partial<TopicConfig> = {}): Promise<string> {
    const name = this.name('topic')
    await this.log.admin.ensureTopics([{ ...config, name, partitions }])
    return name
  }

  /** A new writer. */
  writer(): Promise<LogWriter> {
    return this.log.writer(this.name('writer'))
  }

  record(topic: string, value: string, partition = 0): NewRecord {
    return { topic, partition, key: 'key', value: Buffer.from(value), headers: {}, timestamp: 1_700_000_000_000 }
  }

  /** Commits with a writer of its own and gives the offsets. */
  async commit(commit: Commit): Promise<readonly number[]> {
    const writer = await this.writer()
    const offsets = await writer.commit(commit)
    await writer.close()
    return offsets
  }

  /** Writes these values to a partition in one commit. */
  write(topic: string, values: readonly string[], partition = 0): Promise<readonly number[]> {
    return this.commit({ records: values.map(value => this.record(topic, value, partition)) })
  }

  /** The committed records of one partition, from its begin or `offset` to its present end. */
  async read(topic: string, partition = 0, offset?: number): Promise<LogRecord[]> {
    const end = (await this.log.admin.endOffsets(topic))[partition] as number
    const from = { topic, partition, offset: offset ?? ((await this.log.admin.beginOffsets(topic))[partition] as number) }
    const reader = this.log.reader({ from: [from] })
    const records: LogRecord[] = []
    try {
      const batches = reader[Symbol.asyncIterator]()
      while (reader.position(from) < end) records.push(...((await batches.next()).value?.records ?? []))
      return records
    } finally {
      await reader.close()
    }
  }

  /** The values of one partition as text, from its begin to its present end. */
  async values(topic: string, partition = 0): Promise<string[]> {
    return valuesOf(await this.read(topic, partition))
  }

  /** The group's committed offset in a partition. */
  async committed(group: string, topic: string, partition = 0): Promise<number | undefined> {
    const lag = await this.log.admin.groupLag(group)
    return lag.find(place => place.topic === topic && place.partition === partition)?.committed
  }

  /** Rejects unless `operation` rejects with one of these codes. */
  async refuses(operation: () => unknown, ...codes: string[]): Promise<void> {
    await rejects(
      async () => operation(),
      error => {
        ok(isOttlaError(error, ...codes), `expected ${codes.join(' or ')}, and got ${String(error)}`)
        return true
      },
    )
  }
}

/** The values of records as text. */
export function valuesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => String(value))
}

/** `offset` of the partition, as readers take it. */
export function at(topic: string, offset: number, partition = 0): TopicOffset {
  return { topic, partition, offset }
}
