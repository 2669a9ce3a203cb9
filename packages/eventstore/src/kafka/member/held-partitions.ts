import type { Clock } from '@ottla/core'
import type { LogMember, MemberOptions, TopicOffset, TopicPartition } from '../../log/log.js'
import { partitionKey } from '../../log/partition-key.js'
import type { Fetcher } from '../fetch/fetcher.js'
import { HeldPartition } from './held-partition.js'

export interface HeldPartitionsOptions {
  readonly member: LogMember
  readonly handlers: Pick<MemberOptions, 'assigned' | 'revoked' | 'records'>
  readonly fetcher: Fetcher
  readonly clock: Clock
  /** The group's offsets; tries for as long as it takes. */
  readonly committed: (partitions: readonly TopicPartition[]) => Promise<readonly (number | undefined)[]>
  /** A handler has rejected. */
  readonly failed: (error: unknown) => void
}

/**
 * What a member holds of its group's partitions, brought in line with each assignment: first gives up, then takes on, and calls one handler at a time for
 * that. What stays is not touched. A partition that was lost gives no records from that moment on, though `revoked` is told when its turn has come.
 */
export class HeldPartitions {
  private readonly held = new Map<string, HeldPartition>()
  private wanted: ReadonlyMap<string, TopicPartition> = new Map()
  /** The first assignment is told, also when there is nothing in it. */
  private isTold = false
  private isEnded = false
  private isClosing = false
  private settling: Promise<void> | undefined
  private again = false

  constructor(private readonly options: HeldPartitionsOptions) {}

  /** What the member has and has not lost. */
  get present(): readonly TopicPartition[] {
    return [...this.held.values()].filter(({ isLost }) => !isLost).map(({ topic, partition }) => ({ topic, partition }))
  }

  get(partition: TopicPartition): HeldPartition | undefined {
    return this.held.get(partitionKey(partition))
  }

  /** The group has given these to the member, and nothing else. */
  assign(partitions: readonly TopicPartition[]): void {
    if (this.isClosing || this.isEnded) return
    this.wanted = new Map(partitions.map(partition => [partitionKey(partition), partition]))
    for (const [key, held] of this.held) if (!this.wanted.has(key)) this.lose(held)
    this.settle()
  }

  /** Everything is lost, also what comes back with the next assignment. */
  loseAll(): void {
    this.wanted = new Map()
    for (const held of this.held.values()) this.lose(held)
    if (this.held.size > 0) this.settle()
  }

  /** Gives up everything; resolves when that has been told. */
  async close(): Promise<void> {
    this.isClosing = true
    this.loseAll()
    while (this.settling) await this.settling
  }

  /** Stops at once; nobody is told. */
  end(): void {
    this.isEnded = true
    for (const held of this.held.values()) this.lose(held)
    this.held.clear()
  }

  /** Gives to the handlers what was fetched. */
  handOut(): void {
    for (const held of this.held.values()) if (held.isReady && !held.isHandling) void this.deliver(held)
  }

  private lose(held: HeldPartition): void {
    held.isLost = true
    this.options.fetcher.remove(held.feed)
  }

  private settle(): void {
    this.again = true
    this.settling ??= this.rounds()
  }

  private async rounds(): Promise<void> {
    // Begins in a microtask: a change while the member is being told of the last one must not begin a second one.
    await undefined
    try {
      while (this.again && !this.isEnded) {
        this.again = false
        await this.giveUp()
        await this.takeOn()
      }
    } catch (error) {
      this.options.failed(error)
    } finally {
      this.settling = undefined
    }
  }

  private async giveUp(): Promise<void> {
    const gone = [...this.held].filter(([, { isLost }]) => isLost)
    if (gone.length === 0) return
    for (const [key] of gone) this.held.delete(key)
    await this.options.handlers.revoked(gone.map(([, { topic, partition }]) => ({ topic, partition })))
  }

  private async takeOn(): Promise<void> {
    const gained = [...this.wanted].filter(([key]) => !this.held.has(key)).map(([, partition]) => new HeldPartition(partition))
    if (this.isEnded || this.isClosing || (gained.length === 0 && this.isTold)) return
    for (const held of gained) this.held.set(partitionKey(held), held)
    const committed = gained.length === 0 ? [] : await this.options.committed(gained)
    const news = gained.map((held, index) => ({ held, committed: committed[index] })).filter(({ held }) => !this.forget(held))
    if (this.isEnded || (news.length === 0 && (this.isTold || gained.length > 0))) return
    this.isTold = true
    const starts = await this.options.handlers.assigned(
      news.map(({ held: { topic, partition }, committed: offset }) => ({ topic, partition, ...(offset !== undefined && { committed: offset }) })),
      this.options.member,
    )
    for (const { held, committed: offset } of news) this.start(held, starts, offset)
    this.options.fetcher.go()
  }

  /** What was lost before it was told is not told at all. */
  private forget(held: HeldPartition): boolean {
    if (held.isLost) this.held.delete(partitionKey(held))
    return held.isLost
  }

  private start(held: HeldPartition, starts: readonly TopicOffset[], committed: number | undefined): void {
    if (held.isLost) return
    const key = partitionKey(held)
    held.start(starts.find(start => partitionKey(start) === key)?.offset ?? committed ?? 0)
    this.options.fetcher.add(held.feed)
  }

  private async deliver(held: HeldPartition): Promise<void> {
    const { handlers, member, fetcher, clock } = this.options
    held.isHandling = true
    try {
      while (held.isReady) {
        const batch = held.feed.take()
        fetcher.go()
        if (batch) await handlers.records(batch, member)
        await new Promise<void>(resolve => clock.nextTurn(resolve))
      }
    } catch (error) {
      this.options.failed(error)
    } finally {
      held.isHandling = false
    }
  }
}
