import type { Clock } from '@ottla/core'
import type { Log, LogReader, LogRecord } from '../../log/log.js'
import { shardOf } from '../../records/partitioner.js'
import { type AppTopics, replyPartitions } from '../../records/topics.js'
import { BackOff } from '../../retry/back-off.js'

export interface ReplyReaderOptions {
  readonly topics: AppTopics
  readonly log: Log
  readonly clock: Clock
  /** The id of this node. */
  readonly node: string
  /** Takes a reply to this node. Called again with the same one when it rejects. */
  readonly take: (record: LogRecord) => Promise<void>
}

/** Reads the partition of the replies that this node's id hashes to, and passes over the replies to others. */
export class ReplyReader {
  readonly partition: number
  private opening: Promise<void> | undefined
  private reader: LogReader | undefined
  private next = 0
  private readonly backOff: BackOff
  private closed = false

  constructor(private readonly options: ReplyReaderOptions) {
    this.partition = shardOf(options.node, replyPartitions)
    this.backOff = new BackOff(options.clock)
  }

  /** Resolves when no reply to what is sent from now on can be missed: its position is taken before. Rejects with the log's errors. */
  open(): Promise<void> {
    this.opening ??= this.begin().catch((error: unknown) => {
      this.opening = undefined
      throw error
    })
    return this.opening
  }

  async close(): Promise<void> {
    this.closed = true
    this.backOff.stop()
    await this.reader?.close()
  }

  private async begin(): Promise<void> {
    this.next = await this.end()
    this.follow().catch(() => undefined)
  }

  private async end(): Promise<number> {
    const { log, topics } = this.options
    return (await log.admin.endOffsets(topics.replies))[this.partition] as number
  }

  /** A reader that fails is replaced, from where it was. */
  private async follow(): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      const before = this.next
      try {
        // The topic may have been made anew.
        if (attempt > 0 && (await this.end()) < this.next) this.next = 0
        await this.read()
      } catch {
        if (this.next > before) attempt = 0
      }
      await this.backOff.wait(attempt)
    }
  }

  private async read(): Promise<void> {
    const { log, topics, node, take } = this.options
    const reader = log.reader({ from: [{ topic: topics.replies, partition: this.partition, offset: this.next }] })
    this.reader = reader
    try {
      for await (const batch of reader) {
        for (const record of batch.records) if (record.key === node) await take(record)
        this.next = batch.next
      }
    } finally {
      await reader.close()
    }
  }
}
