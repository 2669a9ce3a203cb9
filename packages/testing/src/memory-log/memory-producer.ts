import { eventstoreErrors, type LogProducer, type NewRecord } from '@ottla/eventstore'
import type { MemoryBroker } from './memory-broker.js'

/** Writes to a MemoryBroker without transactions. Sends reach it one after another, whatever the order of turns. */
export class MemoryProducer implements LogProducer {
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(
    private readonly broker: MemoryBroker,
    private readonly turn: () => Promise<void>,
  ) {}

  send(records: readonly NewRecord[]): Promise<void> {
    if (this.closed) return Promise.reject(eventstoreErrors.create('LOG_CLOSED', { log: 'producer' }))
    const sending = Promise.all([this.last, this.turn()]).then(() => this.write(records))
    this.last = sending.catch(() => undefined)
    return sending
  }

  async close(): Promise<void> {
    this.closed = true
    await this.last
  }

  private async write(records: readonly NewRecord[]): Promise<void> {
    const { broker } = this
    for (const record of records) broker.check(record)
    const fate = await broker.options.onSend(records)
    if (fate !== 'lost-before') {
      broker.append(records, { markers: false })
      broker.changed()
    }
    if (fate !== 'ok') throw eventstoreErrors.create('LOG_UNAVAILABLE', { log: broker.clusterId, error: 'the answer was lost' })
  }
}
