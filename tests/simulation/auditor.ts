import { header, type LogRecord } from '@ottla/eventstore'
import type { ModelBroker } from './kafka-model/model-broker.js'
import { topics } from './progress.js'
import type { SimulatedClock } from './simulated-clock.js'

/** A committed reader that reads along with the run, and remembers all that it saw. */
export class Auditor {
  /** `topic-partition@offset` → what the record was about. */
  readonly seen = new Map<string, string>()
  private readonly positions = new Map<string, number>()
  private scheduled = false

  constructor(
    private readonly broker: ModelBroker,
    private readonly clock: SimulatedClock,
  ) {
    broker.watch(() => this.look())
  }

  /** Reads what is left. */
  catchUp(): void {
    for (const topic of [topics.events, topics.outcomes, topics.commands]) {
      for (let partition = 0; partition < this.broker.partitions(topic); partition++) this.read(topic, partition)
    }
  }

  private look(): void {
    if (this.scheduled) return
    this.scheduled = true
    this.clock.nextTurn(() => {
      this.scheduled = false
      this.catchUp()
    })
  }

  private read(topic: string, partition: number): void {
    const key = `${topic}-${partition}`
    const from = this.positions.get(key) ?? 0
    if (this.broker.end({ topic, partition }) <= from) return
    const { records, next } = this.broker.read({ topic, partition }, from, Number.POSITIVE_INFINITY)
    for (const record of records) this.seen.set(`${key}@${record.offset}`, nameOf(record))
    this.positions.set(key, next)
  }
}

/** What a record is about, in words. */
export function nameOf({ key, headers }: LogRecord): string {
  const { [header.type]: type, [header.stream]: stream, [header.version]: version, [header.command]: command, [header.outcome]: outcome } = headers
  return `${type} ${stream ?? ''}/${key} v${version ?? '-'} by ${command}${outcome ? ` ${outcome}` : ''}`
}
