import type { NewRecord } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'
import { type Patience, Tries } from '../client/patience.js'
import { code, isTransient, ProtocolFailure } from '../client/protocol-failure.js'
import type { TopicLeaders } from '../client/topic-leaders.js'
import type { Broker } from '../driver/cluster.js'
import { PartitionRun } from './partition-run.js'
import type { PartitionAnswer, ProducerIdentity, ProducerRequests } from './producer-requests.js'

export interface BatchSenderOptions {
  readonly identity: ProducerIdentity
  readonly requests: ProducerRequests
  readonly leaders: TopicLeaders
  /** How large a batch may be, in bytes. */
  readonly batchBytes: number
  readonly patience: Patience
  /** Whether trying again is in vain, since the connections are closed. */
  readonly isClosed: () => boolean
  /** Whether a batch whose answer was lost is sent again; not in a transaction, which is given up instead. */
  readonly resendsLost: boolean
}

/**
 * Sends records with sequence numbers, one request per broker at a time. A batch is sent again as it was, with the sequence numbers that it had,
 * so the broker keeps it once. (kafkajs gives the numbers of a batch without an answer to the next one: K2 of design.md.)
 */
export class BatchSender {
  private readonly sequences = new Map<string, number>()

  constructor(private readonly options: BatchSenderOptions) {}

  /** Gives the offset or the error of each record, in order. Records of a partition keep their order. One call at a time. */
  async send(records: readonly NewRecord[]): Promise<readonly (number | Error)[]> {
    const places = new Map<string, number[]>()
    for (const [index, record] of records.entries()) {
      const key = partitionKey(record)
      const indexes = places.get(key)
      if (indexes) indexes.push(index)
      else places.set(key, [index])
    }
    const runs = Array.from(places, ([key, indexes]) =>
      this.run(key, indexes.length === records.length ? records : indexes.map(index => records[index] as NewRecord)),
    )
    await this.finish(runs)
    for (const run of runs) this.sequences.set(partitionKey(run), run.nextSequence)
    if (runs.length === 1) return (runs[0] as PartitionRun).results
    const results: (number | Error)[] = Array(records.length)
    for (const [order, indexes] of Array.from(places.values()).entries()) {
      for (const [place, index] of indexes.entries()) results[index] = (runs[order] as PartitionRun).results[place] as number | Error
    }
    return results
  }

  private run(key: string, records: readonly NewRecord[]): PartitionRun {
    return new PartitionRun(records, this.options.batchBytes, this.sequences.get(key) ?? 0)
  }

  private async finish(runs: readonly PartitionRun[]): Promise<void> {
    const tries = new Tries(this.options.patience)
    for (let open = runs; open.length > 0; open = open.filter(run => !run.isOver)) {
      const waiting = await this.round(open, tries.isOver || this.options.isClosed())
      if (waiting.length === 0) continue
      await tries.wait()
      await this.options.leaders.refresh().catch(() => undefined)
    }
  }

  /** One batch of each partition. Gives the errors that may pass. */
  private async round(runs: readonly PartitionRun[], isLast: boolean): Promise<readonly Error[]> {
    const waiting: Error[] = []
    const fail = (run: PartitionRun, error: Error, mayRetry: boolean) => {
      if (mayRetry && !isLast) waiting.push(error)
      else run.failed(error)
    }
    const brokers = new Map<Broker, PartitionRun[]>()
    for (const run of runs) {
      try {
        const leader = await this.options.leaders.leader(run)
        const led = brokers.get(leader)
        if (led) led.push(run)
        else brokers.set(leader, [run])
      } catch (error) {
        fail(run, error as Error, isTransient(error))
      }
    }
    await Promise.all(Array.from(brokers, ([broker, led]) => this.request(broker, led, fail)))
    return waiting
  }

  private async request(broker: Broker, runs: readonly PartitionRun[], fail: (run: PartitionRun, error: Error, mayRetry: boolean) => void): Promise<void> {
    const { identity, requests, resendsLost } = this.options
    const { transactionalId } = identity
    const origin = { ...identity, isTransactional: transactionalId !== undefined }
    let answers: readonly PartitionAnswer[]
    try {
      const batches = runs.map(run => ({ topic: run.topic, partition: run.partition, bytes: run.batch(origin, requests.crc32c).bytes }))
      answers = await requests.produce(broker, transactionalId, batches)
    } catch (error) {
      for (const run of runs) fail(run, error as Error, resendsLost && isTransient(error))
      return
    }
    for (const run of runs) {
      const answer = answers.find(({ topic, partition }) => topic === run.topic && partition === run.partition) as PartitionAnswer
      if (answer.code === 0) run.written(answer.offset)
      else this.refused(run, new ProtocolFailure('Produce', answer.code, run), fail)
    }
  }

  private refused(run: PartitionRun, failure: ProtocolFailure, fail: (run: PartitionRun, error: Error, mayRetry: boolean) => void): void {
    const isSize = failure.code === code.messageTooLarge || failure.code === code.recordListTooLarge
    if (isSize) run.tooLarge(failure)
    else fail(run, failure, failure.isTransient)
  }
}
