import type { TopicOffset, TopicPartition } from '../../log/log.js'
import { type Patience, patiently, type Sleep } from '../client/patience.js'
import { code, isTransient, protocolCode } from '../client/protocol-failure.js'
import type { Broker, Cluster } from '../driver/cluster.js'
import type { ProducerIdentity, ProducerRequests } from './producer-requests.js'

/** Which broker moved, or is not ready: ask for it again. */
const moved: ReadonlySet<number | undefined> = new Set([code.notCoordinator, code.coordinatorNotAvailable, undefined])

/** kafkajs's numbers for the two kinds of coordinators. */
const ofGroup = 0
const ofTransactions = 1

/**
 * Between a commit and the next transaction there is mostly nothing but the coordinator's own work: a first pause of more than that would be the time of every
 * second commit. kafkajs makes 300 ms of it by default (K6 of design.md).
 */
const pauses = { first: 1, longest: 50 }

/** The steps of transactions at their coordinators, which are looked for once and again only when they have moved. */
export class TransactionCoordinator {
  private readonly found = new Map<string, Broker>()
  private readonly patience: Patience

  /**
   * @param patience how long a coordinator may say "not now", in milliseconds.
   * @param sleep ends after so many milliseconds; default: the machine's.
   */
  constructor(
    private readonly cluster: Cluster,
    private readonly requests: ProducerRequests,
    patience: number,
    private readonly sleep?: Sleep,
  ) {
    this.patience = { total: patience, ...pauses }
  }

  /** Resolves when no earlier producer with this id can commit any more and what it had open is settled. */
  initialize(transactionalId: string, transactionTimeout: number): Promise<ProducerIdentity> {
    // Without an answer it may be asked again: each time the epoch grows.
    const ask = () => this.at(ofTransactions, transactionalId, broker => this.requests.initProducerId(broker, transactionalId, transactionTimeout))
    return patiently(this.patience, ask, isTransient, this.sleep)
  }

  /** While the coordinator still completes the transaction before, it says "not now". */
  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    return this.refusable(ofTransactions, identity.transactionalId as string, broker => this.requests.addPartitions(broker, identity, partitions))
  }

  addOffsets(identity: ProducerIdentity, group: string): Promise<void> {
    return this.refusable(ofTransactions, identity.transactionalId as string, broker => this.requests.addOffsets(broker, identity, group))
  }

  commitOffsets(identity: ProducerIdentity, group: string, offsets: readonly TopicOffset[]): Promise<void> {
    return this.refusable(ofGroup, group, broker => this.requests.commitOffsets(broker, identity, group, offsets))
  }

  /** Once: whatever comes instead of an answer, the end may have been reached. */
  end(identity: ProducerIdentity, isCommit: boolean): Promise<void> {
    return this.at(ofTransactions, identity.transactionalId as string, broker => this.requests.endTransaction(broker, identity, isCommit))
  }

  /** Again while the broker says "not now"; without an answer it is not known whether the request arrives later, in the next transaction of this epoch. */
  private refusable(type: 0 | 1, id: string, operation: (broker: Broker) => Promise<void>): Promise<void> {
    return patiently(
      this.patience,
      () => this.at(type, id, operation),
      error => protocolCode(error) !== undefined && isTransient(error),
      this.sleep,
    )
  }

  private async at<T>(coordinatorType: 0 | 1, groupId: string, operation: (broker: Broker) => Promise<T>): Promise<T> {
    const key = `${coordinatorType}${groupId}`
    const broker = this.found.get(key) ?? (await this.cluster.findGroupCoordinator({ groupId, coordinatorType }))
    this.found.set(key, broker)
    try {
      if (!broker.isConnected()) await this.cluster.findBroker({ nodeId: String(broker.nodeId) })
      return await operation(broker)
    } catch (error) {
      if (moved.has(protocolCode(error))) this.found.delete(key)
      throw error
    }
  }
}
