import { eventstoreErrors, type LogProducer, type NewRecord } from '@ottla/eventstore'
import type { ClientLink } from './client-link.js'
import type { ModelBroker } from './model-broker.js'

/** Sends without transactions: one request after another, so that their order holds, and twice in the log where one is repeated. */
export class ModelProducer implements LogProducer {
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(
    private readonly broker: ModelBroker,
    private readonly link: ClientLink,
  ) {}

  async send(records: readonly NewRecord[]): Promise<void> {
    if (this.closed) throw eventstoreErrors.create('LOG_CLOSED', { log: 'producer' })
    this.link.requireOpen()
    const kept = records.map(record => ({ ...record, value: record.value && Buffer.from(record.value) }))
    const sending = this.last.then(() =>
      this.link.request('send', () => {
        for (const record of kept) this.broker.check(record)
        this.broker.send(kept)
      }),
    )
    this.last = sending.catch(() => undefined)
    await sending
  }

  async close(): Promise<void> {
    this.closed = true
    await this.last
  }
}
