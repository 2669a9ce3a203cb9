import type { Clock } from '@ottla/core'
import { eventstoreErrors, type NewRecord, partitionKey, type TopicOffset, type TopicPartition } from '@ottla/eventstore'

/** Where the coordinator keeps what its transactions write. */
export interface TransactionLog {
  /** Writes records that nobody sees yet, and gives their offsets. */
  write(records: readonly NewRecord[]): number[]
  /** Writes the marker that ends a transaction in a partition: its records can be read now, or never. */
  mark(partition: TopicPartition, offsets: ReadonlySet<number>, isCommitted: boolean): void
  commitOffsets(group: string, offsets: readonly TopicOffset[]): void
}

export interface TransactionTimes {
  readonly clock: Clock
  /** After how many milliseconds the broker aborts a transaction that nobody ends. */
  readonly transactionTimeout: () => number
  /** How many milliseconds the next marker takes; 0 is at once. */
  readonly markerDelay: () => number
  /** Called when the broker aborts a transaction that nobody ended. */
  readonly timedOut?: (writer: string) => void
}

interface Transaction {
  isEnding: boolean
  readonly written: Map<string, { readonly partition: TopicPartition; readonly offsets: Set<number> }>
  readonly consumed: { readonly group: string; readonly offsets: readonly TopicOffset[] }[]
  readonly settled: PromiseWithResolvers<void>
  cancelTimeout: () => void
}

interface Writer {
  readonly id: string
  epoch: number
  /** Answers to the produce requests of this epoch, by their sequence number: a repeated one is answered and not done again. */
  produced: Map<number, readonly number[]>
  transaction: Transaction | undefined
}

/**
 * Kafka's transaction coordinator: epochs, open transactions, markers that are written after the commit was acknowledged,
 * time-outs. `fences` false makes it a broken one, for the control that the checks find it.
 */
export class Transactions {
  private readonly writers = new Map<string, Writer>()

  constructor(
    private readonly log: TransactionLog,
    private readonly times: TransactionTimes,
    private readonly fences = true,
  ) {}

  /** The first offset of the partition that an open transaction holds back; undefined when there is none. */
  firstOpen(partition: TopicPartition): number | undefined {
    const key = partitionKey(partition)
    let first: number | undefined
    for (const { transaction } of this.writers.values()) {
      for (const offset of transaction?.written.get(key)?.offsets ?? []) if (first === undefined || offset < first) first = offset
    }
    return first
  }

  /** How many transactions are not settled. */
  get open(): number {
    return [...this.writers.values()].filter(({ transaction }) => transaction).length
  }

  /** InitProducerId: aborts what the writer has open, waits for markers that are still to come, and gives the new epoch. */
  async init(id: string): Promise<number> {
    const writer = this.writers.get(id) ?? { id, epoch: -1, produced: new Map(), transaction: undefined }
    this.writers.set(id, writer)
    for (;;) {
      const { transaction } = writer
      if (!transaction || !this.fences) break
      if (!transaction.isEnding) {
        writer.epoch++
        this.finish(writer, false)
      }
      await transaction.settled.promise
    }
    writer.produced = new Map()
    return ++writer.epoch
  }

  async produce(id: string, epoch: number, sequence: number, records: readonly NewRecord[]): Promise<readonly number[]> {
    await this.ended(id, epoch)
    const writer = this.current(id, epoch)
    const known = writer.produced.get(sequence)
    if (known) return known
    const transaction = this.begin(writer)
    const offsets = this.log.write(records)
    for (const [index, { topic, partition }] of records.entries()) {
      const key = partitionKey({ topic, partition })
      const written = transaction.written.get(key) ?? { partition: { topic, partition }, offsets: new Set() }
      transaction.written.set(key, written)
      written.offsets.add(offsets[index] as number)
    }
    writer.produced.set(sequence, offsets)
    return offsets
  }

  async addOffsets(id: string, epoch: number, group: string, offsets: readonly TopicOffset[]): Promise<void> {
    await this.ended(id, epoch)
    this.begin(this.current(id, epoch)).consumed.push({ group, offsets })
  }

  /** EndTxn: acknowledged when it is decided; the markers come after it. */
  async end(id: string, epoch: number, isCommitted: boolean): Promise<void> {
    const writer = this.current(id, epoch)
    if (writer.transaction?.isEnding === false) this.finish(writer, isCommitted)
  }

  private current(id: string, epoch: number): Writer {
    const writer = this.writers.get(id)
    if (!writer || (writer.epoch !== epoch && this.fences)) throw eventstoreErrors.create('WRITER_FENCED', { writer: id })
    return writer
  }

  /**
   * A request that comes while the last transaction is being ended waits, as clients do that are answered CONCURRENT_TRANSACTIONS. Who has waited
   * looks again who the current writer is: an InitProducerId may have waited for the same end.
   */
  private async ended(id: string, epoch: number): Promise<void> {
    for (let { transaction } = this.current(id, epoch); transaction?.isEnding; { transaction } = this.current(id, epoch)) await transaction.settled.promise
  }

  private begin(writer: Writer): Transaction {
    if (writer.transaction) return writer.transaction
    const cancelTimeout = this.times.clock.after(this.times.transactionTimeout(), () => {
      this.times.timedOut?.(writer.id)
      writer.epoch++
      this.finish(writer, false)
    })
    writer.transaction = { isEnding: false, written: new Map(), consumed: [], settled: Promise.withResolvers(), cancelTimeout }
    return writer.transaction
  }

  private finish(writer: Writer, isCommitted: boolean): void {
    const transaction = writer.transaction as Transaction
    transaction.isEnding = true
    transaction.cancelTimeout()
    const markers = Array.from(transaction.written, ([key, { partition, offsets }]) => () => {
      transaction.written.delete(key)
      this.log.mark(partition, offsets, isCommitted)
    })
    if (isCommitted) for (const { group, offsets } of transaction.consumed) markers.push(() => this.log.commitOffsets(group, offsets))
    let left = markers.length
    const done = () => {
      writer.transaction = undefined
      transaction.settled.resolve()
    }
    if (left === 0) return done()
    for (const marker of markers) {
      this.soon(() => {
        marker()
        if (--left === 0) done()
      })
    }
  }

  private soon(task: () => void): void {
    const delay = this.times.markerDelay()
    if (delay > 0) this.times.clock.after(delay, task)
    else task()
  }
}
