import { isOttlaError } from '@ottla/core'
import { type Commit, eventstoreErrors, type LogWriter, partitionKey } from '@ottla/eventstore'
import type { ClientLink } from './client-link.js'
import type { ModelBroker } from './model-broker.js'

/** A commit as a protocol: one produce request per partition, the offsets, the end. Any of them can fail, be lost, come late or twice. */
export class ModelWriter implements LogWriter {
  private failure: Error | undefined
  private committing = false
  private sequence = 0

  constructor(
    readonly id: string,
    private readonly epoch: number,
    private readonly broker: ModelBroker,
    private readonly link: ClientLink,
  ) {}

  async commit(commit: Commit): Promise<readonly number[]> {
    if (this.failure) throw this.failure
    if (this.committing) throw new Error(`Writer ${this.id} has a commit under way.`)
    this.link.requireOpen()
    this.committing = true
    try {
      const offsets = await this.write(commit)
      await this.end()
      return offsets
    } catch (error) {
      this.failure = error as Error
      throw error
    } finally {
      this.committing = false
    }
  }

  async close(): Promise<void> {
    this.failure ??= eventstoreErrors.create('LOG_CLOSED', { log: this.id })
  }

  private async write({ records, consumed }: Commit): Promise<readonly number[]> {
    const { broker, link, id, epoch } = this
    const { transactions } = broker
    const offsets: number[] = []
    try {
      for (const group of Map.groupBy(records.entries(), ([, record]) => partitionKey(record)).values()) {
        const sequence = this.sequence++
        const part = group.map(([, record]) => record)
        const given = await link.request('produce', () => {
          for (const record of part) broker.check(record)
          return transactions.produce(id, epoch, sequence, part)
        })
        for (const [place, [index]] of group.entries()) offsets[index] = given[place] as number
      }
      if (consumed) {
        await link.request('offsets', () => {
          for (const offset of consumed.offsets) broker.partition(offset)
          return transactions.addOffsets(id, epoch, consumed.group, consumed.offsets)
        })
      }
      return offsets
    } catch (error) {
      // What was refused is aborted at once; who hears nothing of it can only open a new writer.
      if (isOttlaError(error, 'RECORD_TOO_LARGE', 'TOPIC_UNKNOWN')) await link.request('end', () => transactions.end(id, epoch, false)).catch(() => undefined)
      throw error
    }
  }

  private async end(): Promise<void> {
    const { link, broker, id, epoch } = this
    try {
      await link.request('end', () => broker.transactions.end(id, epoch, true))
    } catch (error) {
      if (!isOttlaError(error, 'LOG_UNAVAILABLE')) throw error
      throw eventstoreErrors.create('COMMIT_OUTCOME_UNKNOWN', { writer: id, error: error.message })
    }
  }
}
