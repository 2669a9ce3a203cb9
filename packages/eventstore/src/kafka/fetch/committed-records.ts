import type { LogRecord, TopicPartition } from '../../log/log.js'
import { KafkaRecordBatch, sizeAt } from './record-batch.js'

/** A transaction that was aborted, as the broker lists it with what it gives of a partition. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** What a broker gave of a partition. */
export interface FetchedRecords {
  /** Whole record batches, the last one perhaps cut; the first one may begin before what was asked for. */
  readonly bytes: Buffer
  /** The aborted transactions that reach into these batches, in the order of their ends. */
  readonly aborted: readonly AbortedTransaction[]
}

/**
 * The committed records of one fetch, decoded when they are asked for: memory holds bytes, not records, and a reader that stops early pays for
 * what it took. Values are parts of the fetched memory, which stays as long as one of them is kept.
 *
 * Aborted records are told as Java's consumer does it: a transaction begins for its producer at its first offset and ends at the producer's next
 * marker; several may be open at a time, each with another producer.
 */
export class CommittedRecords {
  /** Everything before this has been taken. */
  position: number
  private at = 0
  private batch: KafkaRecordBatch | undefined
  private readonly waiting: AbortedTransaction[]
  private readonly aborting = new Set<number>()

  constructor(
    private readonly partition: TopicPartition,
    from: number,
    private readonly fetched: FetchedRecords,
  ) {
    this.position = from
    this.waiting = [...fetched.aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /** How many bytes have not been taken yet, about. */
  get bytesLeft(): number {
    return this.fetched.bytes.length - this.at
  }

  /** The next record, or undefined when there is none left; `position` has then passed the markers and aborted records at the end, too. Throws LOG_RECORDS_UNREADABLE. */
  next(): LogRecord | undefined {
    for (;;) {
      this.batch ??= this.nextBatch()
      if (!this.batch) return undefined
      const record = this.batch.next()
      if (!record) {
        this.position = Math.max(this.position, this.batch.last + 1)
        this.batch = undefined
        continue
      }
      // A batch is given whole, also when it is read from its middle.
      if (record.offset < this.position) continue
      this.position = record.offset + 1
      return record
    }
  }

  private nextBatch(): KafkaRecordBatch | undefined {
    for (;;) {
      const { bytes } = this.fetched
      const end = this.at + sizeAt(bytes, this.at)
      if (end > bytes.length) {
        this.at = bytes.length
        return undefined
      }
      const batch = new KafkaRecordBatch(this.partition, bytes, this.at)
      this.at = end
      if (this.isCommitted(batch)) return batch
      this.position = Math.max(this.position, batch.last + 1)
    }
  }

  private isCommitted(batch: KafkaRecordBatch): boolean {
    for (let next = this.waiting.at(-1); next && next.firstOffset <= batch.last; next = this.waiting.at(-1)) {
      this.aborting.add(next.producerId)
      this.waiting.pop()
    }
    if (!batch.isControl) return !(batch.isTransactional && this.aborting.has(batch.producerId))
    this.aborting.delete(batch.producerId)
    return false
  }
}
