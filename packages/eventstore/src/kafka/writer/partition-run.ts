import type { NewRecord, TopicPartition } from '../../log/log.js'
import { encodeBatch, recordBytes } from './record-batch.js'

/** A batch on its way: sent again as it is until its fate is known, so that the broker sees its sequence numbers again. */
export interface OpenBatch {
  readonly bytes: Buffer
  readonly count: number
  readonly size: number
}

export interface RunOrigin {
  readonly producerId: string
  readonly producerEpoch: number
  readonly isTransactional: boolean
}

/** The sequence numbers after the greatest begin at 0 again. */
const sequenceNumbers = 2 ** 31

/** The records of one partition on their way to the broker, batch by batch; each has its offset or its error in the end. */
export class PartitionRun implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly results: (number | Error)[] = []
  private open: OpenBatch | undefined
  private limit: number

  constructor(
    private readonly records: readonly NewRecord[],
    /** How large a batch may be, in bytes. */
    limit: number,
    /** Of the partition's next record. */
    private sequence: number,
  ) {
    const { topic, partition } = records[0] as NewRecord
    this.topic = topic
    this.partition = partition
    this.limit = limit
  }

  get isOver(): boolean {
    return this.results.length === this.records.length
  }

  get nextSequence(): number {
    return this.sequence
  }

  /** The batch that is to be sent now. */
  batch(origin: RunOrigin, crc32c: (bytes: Buffer) => number): OpenBatch {
    this.open ??= this.encode(origin, crc32c)
    return this.open
  }

  written(offset: number): void {
    const { count } = this.take()
    for (let index = 0; index < count; index++) this.results.push(offset + index)
    this.sequence = (this.sequence + count) % sequenceNumbers
  }

  /**
   * The broker takes no batch as large as the last one: goes on with smaller ones, which have its sequence numbers since nothing was written. A single
   * record that is too large gets the error.
   */
  tooLarge(error: Error): void {
    const { count, size } = this.take()
    if (count === 1) this.results.push(error)
    else this.limit = Math.floor(size / 2)
  }

  /** The records that are still open get this error. */
  failed(error: Error): void {
    this.open = undefined
    while (this.results.length < this.records.length) this.results.push(error)
  }

  private take(): OpenBatch {
    const batch = this.open as OpenBatch
    this.open = undefined
    return batch
  }

  private encode({ producerId, producerEpoch, isTransactional }: RunOrigin, crc32c: (bytes: Buffer) => number): OpenBatch {
    const start = this.results.length
    let size = recordBytes(this.records[start] as NewRecord)
    let end = start + 1
    for (; end < this.records.length; end++) {
      const bytes = recordBytes(this.records[end] as NewRecord)
      if (size + bytes > this.limit) break
      size += bytes
    }
    const origin = { producerId, producerEpoch, isTransactional, firstSequence: this.sequence }
    const records = start === 0 && end === this.records.length ? this.records : this.records.slice(start, end)
    return { bytes: encodeBatch(records, origin, crc32c), count: end - start, size }
  }
}
