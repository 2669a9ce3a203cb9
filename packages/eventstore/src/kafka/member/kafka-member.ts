import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogMember, MemberOptions, TopicOffset, TopicPartition } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { logError } from '../client/log-error.js'
import { Fetcher } from '../fetch/fetcher.js'
import { isLasting } from '../fetch/lasting-failure.js'
import { GroupCoordinator } from './group-coordinator.js'
import { GroupSession } from './group-session.js'
import { HeldPartitions } from './held-partitions.js'

/** How long leaving waits for a coordinator that does not answer, in milliseconds; the group then gives the member up by its session timeout. */
const leavePatience = 2_000

/** How long to wait before asking again, in milliseconds. */
const askAgain = 50

/**
 * A member of a group. The session beats for itself, so handlers may take as long as they like, and a partition that stays through a rebalance notices
 * nothing of it. `assigned` and `revoked` come one after another, never at the same time, so neither may wait for `leave`. `revoked` is told after the fact and
 * may come while `records` is at work; no further batch comes after it. Seek, pause and resume do nothing where the partition is not held.
 */
export class KafkaMember implements LogMember {
  private readonly partitions: HeldPartitions
  private readonly fetcher: Fetcher
  private readonly coordinator: GroupCoordinator
  private readonly session: GroupSession
  private isLeaving = false
  private isEnded = false
  private readonly first = Promise.withResolvers<void>()

  constructor(
    private readonly client: KafkaClient,
    private readonly options: MemberOptions,
    private readonly clock: Clock,
    private readonly ended: (member: KafkaMember) => void,
  ) {
    const committed = (partitions: readonly TopicPartition[]) => this.committed(partitions)
    this.fetcher = new Fetcher(client, clock, { ready: () => this.partitions.handOut(), failed: error => this.drop(error) })
    this.partitions = new HeldPartitions({ member: this, handlers: options, fetcher: this.fetcher, clock, committed, failed: error => this.drop(error) })
    this.coordinator = new GroupCoordinator(this.fetcher.leaders, options.group)
    this.session = new GroupSession(client, options.group, [...new Set(options.topics)], clock, {
      holds: () => this.partitions.present,
      joined: partitions => {
        this.partitions.assign(partitions)
        this.first.resolve()
      },
      lost: () => this.partitions.loseAll(),
      failed: error => this.drop(this.told(error, 'taking part in the group')),
    })
  }

  /**
   * Resolves when the first assignment is under way. Rejects with TOPIC_UNKNOWN, LOG_FORBIDDEN, and with LOG_UNAVAILABLE when it takes longer than
   * `patience`, in milliseconds.
   */
  async join(patience: number): Promise<void> {
    const late = () => this.first.reject(this.unavailable(`no place in group ${this.options.group} within ${patience} ms`))
    const cancel = this.clock.after(patience, late)
    this.enter().catch(error => this.first.reject(error))
    try {
      await this.first.promise
    } catch (error) {
      await this.end()
      throw this.told(error, 'joining')
    } finally {
      cancel()
    }
  }

  /** As the coordinator has it; waits while the group rebalances. Rejects with LOG_UNAVAILABLE when it cannot be asked, or the rebalance does not end. */
  async holds(partition: TopicPartition): Promise<boolean> {
    const { rebalanceTimeout, sessionTimeout } = this.client.settings
    const until = this.clock.now() + rebalanceTimeout + sessionTimeout
    for (;;) {
      if (this.isLeaving || this.isEnded) return false
      const answer = await this.askWhether(partition)
      if (answer !== undefined) return answer
      if (this.clock.now() >= until) throw this.unavailable(`group ${this.options.group} is rebalancing`)
      await this.sleep(askAgain)
    }
  }

  seek(to: TopicOffset): void {
    this.partitions.get(to)?.seek(to.offset)
    this.fetcher.go()
  }

  pause(partition: TopicPartition): void {
    const held = this.partitions.get(partition)
    if (held) held.feed.isPaused = true
  }

  resume(partition: TopicPartition): void {
    const held = this.partitions.get(partition)
    if (!held) return
    held.feed.resume()
    this.fetcher.go()
    this.partitions.handOut()
  }

  async leave(): Promise<void> {
    if (this.isEnded) return
    this.isLeaving = true
    await this.partitions.close()
    await this.end()
  }

  private async enter(): Promise<void> {
    while (!this.isEnded) {
      try {
        await this.fetcher.leaders.require(this.options.topics)
        break
      } catch (error) {
        if (isLasting(error)) throw error
        await this.sleep(askAgain)
      }
    }
    void this.session.run()
  }

  /** undefined while the group rebalances. */
  private async askWhether(partition: TopicPartition): Promise<boolean | undefined> {
    const { memberId, generation, isStable } = this.session
    if (!isStable) return undefined
    try {
      // The second time asks for the coordinator anew, which may have moved.
      const group = await this.coordinator.describe().catch(() => this.coordinator.describe())
      if (group.isRebalancing || this.session.generation !== generation) return undefined
      const key = partitionKey(partition)
      return group.assignments.get(memberId)?.some(place => partitionKey(place) === key) ?? false
    } catch (error) {
      throw this.told(error, 'asking who holds a partition')
    }
  }

  private async committed(partitions: readonly TopicPartition[]): Promise<readonly (number | undefined)[]> {
    while (!this.isEnded) {
      try {
        return await this.coordinator.committed(partitions)
      } catch (error) {
        if (isLasting(error)) throw this.told(error, 'asking for offsets')
        await this.sleep(askAgain)
      }
    }
    return []
  }

  /** Ends the member at once; what it held goes to the others. */
  private drop(error: unknown): void {
    if (this.isEnded) return
    this.first.reject(error)
    void this.end()
    this.options.failed(error as Error)
  }

  private async end(): Promise<void> {
    if (this.isEnded) return
    this.isEnded = true
    this.first.reject(eventstoreErrors.create('LOG_CLOSED', { log: this.client.settings.brokers.join() }))
    this.partitions.end()
    this.session.end()
    const { memberId } = this.session
    const left = memberId === '' ? undefined : this.coordinator.ask(broker => broker.leaveGroup({ groupId: this.options.group, memberId }))
    await Promise.race([left?.catch(() => undefined), this.sleep(leavePatience)])
    this.fetcher.close()
    this.ended(this)
  }

  private unavailable(error: string): Error {
    return eventstoreErrors.create('LOG_UNAVAILABLE', { log: this.client.settings.brokers.join(), error })
  }

  private told(error: unknown, operation: string): Error {
    return logError(error, { log: this.client.settings.brokers.join(), operation, resource: this.options.group })
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => void this.clock.after(milliseconds, resolve))
  }
}
