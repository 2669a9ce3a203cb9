import type { Message } from 'kafkajs'
import type { LogConfig } from 'ottla'

/** What an app has written, seen through a second log that only reads. */
export class WrittenEvents {
  private constructor(
    private readonly topic: string,
    private readonly config: LogConfig,
  ) {}

  static of(app: string, config: LogConfig): WrittenEvents {
    return new WrittenEvents(`${app}.events`, config)
  }

  /** How many offsets the topic has used: one for each event and one for each transaction's marker. */
  async offsets(): Promise<number> {
    const { log } = await this.config.open({ readOnly: true })
    try {
      return (await log.admin.endOffsets(this.topic)).reduce((sum, end) => sum + end, 0)
    } finally {
      await log.close()
    }
  }

  /** One of the events as it lies there, so that raw kafkajs writes the same. */
  async example(): Promise<Message> {
    const { log } = await this.config.open({ readOnly: true })
    const ends = await log.admin.endOffsets(this.topic)
    const partition = ends.findIndex(end => end > 0)
    const reader = log.reader({ from: [{ topic: this.topic, partition, offset: 0 }] })
    try {
      for await (const { records } of reader) {
        const [record] = records
        if (record) return { key: record.key, value: record.value, headers: { ...record.headers } }
      }
      throw new Error(`There is no event in ${this.topic}.`)
    } finally {
      await log.close()
    }
  }
}
