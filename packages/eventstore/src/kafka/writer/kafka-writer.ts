import { systemClock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Commit, LogWriter, NewRecord, TopicPartition } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'
import type { Connections } from '../client/connections.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { type Attempt, logError } from '../client/log-error.js'
import { patiently } from '../client/patience.js'
import { code, isTransient, protocolCode } from '../client/protocol-failure.js'
import { TopicLeaders } from '../client/topic-leaders.js'
import { BatchSender } from './batch-sender.js'
import { type ProducerIdentity, ProducerRequests } from './producer-requests.js'
import { requireSizes } from './record-size.js'
import { TransactionCoordinator } from './transaction-coordinator.js'

/** Answers that say that another writer has this id now, or that the broker has ended this one's transaction. */
const fenced: ReadonlySet<number | undefined> = new Set([
  code.invalidProducerEpoch,
  code.producerFenced,
  code.invalidProducerIdMapping,
  code.invalidTransactionState,
])

interface WriterParts {
  readonly id: string
  readonly client: KafkaClient
  readonly connections: Connections
  readonly identity: ProducerIdentity
  readonly coordinator: TransactionCoordinator
  readonly leaders: TopicLeaders
  readonly sender: BatchSender
  readonly closed: (writer: KafkaWriter) => void
}

/**
 * A transactional producer. Each commit is one transaction: partitions, records, offsets, end. It is the first three that are asked again when the
 * broker says "not now"; the end is asked for once, and any error makes the writer useless, since only a new epoch is safe from what is still on its way.
 */
export class KafkaWriter implements LogWriter {
  readonly id: string
  private state: 'open' | 'dead' | 'closed' = 'open'
  private running: Promise<unknown> | undefined
  private death: Error | undefined

  private constructor(private readonly parts: WriterParts) {
    this.id = parts.id
  }

  /** Rejects with LOG_FORBIDDEN, LOG_UNAVAILABLE. */
  static async open(id: string, client: KafkaClient, closed: (writer: KafkaWriter) => void): Promise<KafkaWriter> {
    const { brokers, requestTimeout, transactionTimeout, maxRecordBytes } = client.settings
    const connections = client.connections({ isolationLevel: 0, metadataMaxAge: 300_000 })
    const { cluster } = connections
    const requests = new ProducerRequests(client, requestTimeout)
    const patience = { total: transactionTimeout, first: 1, longest: 50 }
    const coordinator = new TransactionCoordinator(cluster, requests, transactionTimeout)
    try {
      await cluster.connect()
      await cluster.refreshMetadata()
      const identity = await coordinator.initialize(id, transactionTimeout)
      const leaders = new TopicLeaders(cluster)
      const sender = new BatchSender({
        identity,
        requests,
        leaders,
        batchBytes: maxRecordBytes,
        patience,
        isClosed: () => connections.isClosed,
        resendsLost: false,
      })
      return new KafkaWriter({ id, client, connections, identity, coordinator, leaders, sender, closed })
    } catch (error) {
      await connections.close()
      throw logError(error, { log: brokers.join(), operation: 'opening a writer', resource: id })
    }
  }

  commit(commit: Commit): Promise<readonly number[]> {
    const running = this.transaction(commit.records, commit.consumed?.offsets.length ? commit.consumed : undefined)
    this.running = running.catch(() => undefined)
    return running
  }

  /** Waits for a commit under way, as long as one request may take. */
  async close(): Promise<void> {
    if (this.state === 'open') this.state = 'closed'
    const { client, connections } = this.parts
    const cancel = systemClock.after(client.settings.requestTimeout, () => void connections.close())
    await this.running
    cancel()
    await connections.close()
    this.parts.closed(this)
  }

  private async transaction(records: readonly NewRecord[], consumed: Commit['consumed']): Promise<readonly number[]> {
    this.requireOpen()
    if (records.length === 0 && !consumed) return []
    const { coordinator, identity } = this.parts
    let isBegun = false
    try {
      requireSizes(records, this.parts.client.settings.maxRecordBytes)
      const partitions = distinct(records)
      await this.requirePartitions(consumed ? distinct([...partitions, ...consumed.offsets]) : partitions)
      isBegun = true
      if (partitions.length > 0) await coordinator.addPartitions(identity, partitions)
      if (consumed) await coordinator.addOffsets(identity, consumed.group)
      const [written, marked] = await Promise.allSettled([
        this.write(records),
        consumed && coordinator.commitOffsets(identity, consumed.group, consumed.offsets),
      ])
      if (written.status === 'rejected') throw written.reason
      if (marked.status === 'rejected') throw marked.reason
      await this.end()
      return written.value
    } catch (error) {
      throw await this.die(error, { operation: 'a commit', resource: consumed?.group ?? this.id }, isBegun)
    }
  }

  /** Rejects with the first error of a record. */
  private async write(records: readonly NewRecord[]): Promise<readonly number[]> {
    if (records.length === 0) return []
    const results = await this.parts.sender.send(records)
    const failure = results.find(result => typeof result !== 'number')
    if (failure !== undefined) throw failure
    return results as readonly number[]
  }

  private async end(): Promise<void> {
    try {
      await this.parts.coordinator.end(this.parts.identity, true)
    } catch (error) {
      throw eventstoreErrors.create('COMMIT_OUTCOME_UNKNOWN', { writer: this.id, error: (error as Error).message }, { cause: error })
    }
  }

  /** Rejects when one does not exist, before anything is begun. A topic that was just created may be unknown to this broker for a moment. */
  private async requirePartitions(partitions: readonly TopicPartition[]): Promise<void> {
    await patiently(newTopic, () => this.requireLeaders(this.parts.leaders, partitions), isTransient)
  }

  private async requireLeaders(leaders: TopicLeaders, partitions: readonly TopicPartition[]): Promise<void> {
    for (const { topic } of partitions) await leaders.learn(topic)
    try {
      for (const partition of partitions) await leaders.leader(partition)
    } catch (error) {
      await leaders.refresh()
      throw error
    }
  }

  /** Ends the transaction as well as it can be ended, and gives the error to tell. */
  private async die(error: unknown, attempt: Omit<Attempt, 'log'>, isBegun: boolean): Promise<Error> {
    this.state = 'dead'
    const { coordinator, identity, client, connections } = this.parts
    const told = this.isFenced(error)
      ? eventstoreErrors.create('WRITER_FENCED', { writer: this.id }, { cause: error })
      : logError(error, { ...attempt, log: client.settings.brokers.join() })
    this.death = told
    // Readers wait for an open transaction; the one whose end is unknown is left to the next writer.
    if (isBegun && told.code !== 'WRITER_FENCED' && told.code !== 'COMMIT_OUTCOME_UNKNOWN') {
      await Promise.race([coordinator.end(identity, false).catch(() => undefined), connections.grace()])
    }
    void connections.close()
    return told
  }

  private isFenced(error: unknown): boolean {
    return fenced.has(protocolCode(error)) && (error as { code?: unknown }).code !== 'COMMIT_OUTCOME_UNKNOWN'
  }

  private requireOpen(): void {
    if (this.state === 'closed') throw eventstoreErrors.create('LOG_CLOSED', { log: this.id })
    if (this.death) throw this.death
  }
}

/** The partitions of these places, in the order of their first appearance. */
function distinct(places: readonly TopicPartition[]): readonly TopicPartition[] {
  const found = new Map<string, TopicPartition>()
  for (const { topic, partition } of places) {
    const key = partitionKey({ topic, partition })
    if (!found.has(key)) found.set(key, { topic, partition })
  }
  return [...found.values()]
}

const newTopic = { total: 1_000, first: 10, longest: 100 }
