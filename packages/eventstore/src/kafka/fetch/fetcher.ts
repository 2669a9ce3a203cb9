import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Connections } from '../client/connections.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { logError } from '../client/log-error.js'
import { ProtocolFailure } from '../client/protocol-failure.js'
import { beginRequest } from './begin-request.js'
import { type FetchAnswer, type FetchedPartition, fetchRequest } from './fetch-request.js'
import { isLasting } from './lasting-failure.js'
import type { PartitionFeed } from './partition-feed.js'
import { PartitionLeaders } from './partition-leaders.js'

/** How long a broker keeps a fetch open that finds nothing, in milliseconds. What begins to be wanted meanwhile waits as long at most. */
const longWait = 250

/** The same while a partition of this broker has enough for now and will want more soon. Doubles as long as that lasts. */
const shortWait = 5

/** At most so many bytes in one answer, unless the first record batch is larger. */
const answerBytes = 8 * 1024 * 1024

const rest = { first: 20, longest: 1_000 }
const offsetOutOfRange = 1

export interface FetcherEvents {
  /** Something may be ready to be handed out. */
  readonly ready: () => void
  /** Nothing will come any more. */
  readonly failed: (error: Error) => void
}

/**
 * Fetches partitions from their leaders, one fetch for each leader at a time, with connections of its own. Goes on for ever when leaders move and brokers
 * die. Ends with what does not pass: TOPIC_UNKNOWN, LOG_FORBIDDEN, LOG_RECORDS_UNREADABLE.
 */
export class Fetcher {
  readonly leaders: PartitionLeaders
  private readonly feeds = new Set<PartitionFeed>()
  private readonly connections: Connections
  /** The brokers that are being asked, and how long the last ask of each was to wait. */
  private readonly asked = new Set<number>()
  private readonly waits = new Map<number, number>()
  private isClosed = false

  constructor(
    private readonly client: KafkaClient,
    private readonly clock: Clock,
    private readonly events: FetcherEvents,
  ) {
    this.connections = client.connections({ isolationLevel: 1, metadataMaxAge: 300_000 })
    this.leaders = new PartitionLeaders(this.connections.cluster, clock)
  }

  add(feed: PartitionFeed): void {
    this.leaders.follow(feed.topic)
    this.feeds.add(feed)
  }

  remove(feed: PartitionFeed): void {
    this.feeds.delete(feed)
  }

  /** Asks for what is wanted and not being asked for. To be called after every change of a feed. */
  go(): void {
    if (this.isClosed) return
    const byLeader = new Map<number, PartitionFeed[]>()
    const lost: PartitionFeed[] = []
    for (const feed of this.feeds) {
      if (!feed.isHungry || feed.isFetching || feed.isResting) continue
      const leader = this.leaders.leader(feed)
      if (leader === undefined) lost.push(feed)
      else if (!this.asked.has(leader)) byLeader.set(leader, [...(byLeader.get(leader) ?? []), feed])
    }
    if (lost.length > 0) void this.find(lost)
    for (const [leader, feeds] of byLeader) void this.fetch(leader, feeds)
  }

  /** Fetches nothing more, and ends its connections without waiting for what is under way. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.feeds.clear()
    void this.connections.close()
  }

  private async fetch(leader: number, feeds: readonly PartitionFeed[]): Promise<void> {
    const asks = feeds.map(feed => ({ feed, ...feed.ask() }))
    const places = asks.map(({ feed: { topic, partition }, offset, bytes }) => ({ topic, partition, offset, bytes }))
    for (const feed of feeds) feed.isFetching = true
    this.asked.add(leader)
    let found = false
    try {
      const answer = await this.ask(leader, fetchRequest({ places, wait: this.waitFor(leader), bytes: answerBytes }))
      const unanswered = new Set(asks)
      for (const partition of answer.partitions) {
        const ask = asks.find(({ feed }) => feed.partition === partition.partition && feed.topic === partition.topic)
        if (!ask) continue
        unanswered.delete(ask)
        found = this.take(ask.feed, partition, ask.answered, leader) || found
      }
    } catch (error) {
      this.rest(feeds, error)
    }
    for (const feed of feeds) feed.isFetching = false
    this.asked.delete(leader)
    if (found) this.events.ready()
    this.go()
  }

  private async ask(leader: number, request: ReturnType<typeof fetchRequest>): Promise<FetchAnswer> {
    const broker = await this.leaders.broker(leader)
    const answer = await broker.connectionPool.send(request)
    if (answer.code !== 0) throw new ProtocolFailure('Fetch', answer.code)
    return answer
  }

  private take(feed: PartitionFeed, fetched: FetchedPartition, answered: (records: FetchedPartition) => boolean, leader: number): boolean {
    const { topic, partition, code } = fetched
    if (code === 0) {
      feed.failures = 0
      return answered(fetched)
    }
    if (code === offsetOutOfRange) void this.findBegin(feed, leader)
    else this.rest([feed], new ProtocolFailure('Fetch', code, { topic, partition }))
    return false
  }

  /** Below the begin the feed goes on at the begin; beyond the end it waits for the end to come, as a reader of the embedded log does. */
  private async findBegin(feed: PartitionFeed, leader: number): Promise<void> {
    const { offset, answered } = feed.ask()
    feed.isResting = true
    try {
      const broker = await this.leaders.broker(leader)
      const begin = await broker.connectionPool.send(beginRequest(feed))
      // An empty answer is taken only where no seek came between.
      const isSame = feed.ask().offset === offset && !answered({ bytes: Buffer.alloc(0), aborted: [] })
      if (isSame && offset < begin) feed.skipTo(begin)
      feed.isResting = false
      if (isSame && offset >= begin) this.rest([feed], new ProtocolFailure('Fetch', offsetOutOfRange, feed))
      this.go()
    } catch (error) {
      this.rest([feed], error)
    }
  }

  private waitFor(leader: number): number {
    const isFull = [...this.feeds].some(feed => !feed.isPaused && !feed.isHungry && this.leaders.leader(feed) === leader)
    const wait = isFull ? Math.min((this.waits.get(leader) ?? shortWait / 2) * 2, longWait) : longWait
    if (isFull) this.waits.set(leader, wait)
    else this.waits.delete(leader)
    return wait
  }

  /** Asks where these are led now; the more fetches of theirs have failed in a row, the later. */
  private rest(feeds: readonly PartitionFeed[], error: unknown): void {
    if (this.isClosed) return
    if (isLasting(error)) {
      this.fail(error)
      return
    }
    const failures = Math.max(0, ...feeds.map(feed => feed.failures))
    const pause = Math.min(rest.first * 2 ** failures, rest.longest) * (0.5 + Math.random() / 2)
    for (const feed of feeds) {
      feed.isResting = true
      feed.failures++
    }
    this.clock.after(pause, () => void this.find(feeds))
  }

  private async find(feeds: readonly PartitionFeed[]): Promise<void> {
    if (this.isClosed) return
    for (const feed of feeds) feed.isResting = true
    try {
      await this.leaders.refresh()
    } catch (error) {
      this.rest(feeds, error)
      return
    }
    const missing = feeds.find(feed => feed.partition >= (this.leaders.partitions(feed.topic) ?? Number.POSITIVE_INFINITY))
    if (missing) {
      this.fail(eventstoreErrors.create('TOPIC_UNKNOWN', { topic: missing.topic, partition: missing.partition }))
      return
    }
    const leaderless = feeds.filter(feed => this.leaders.leader(feed) === undefined)
    for (const feed of feeds) feed.isResting = false
    if (leaderless.length > 0) this.rest(leaderless, new ProtocolFailure('Metadata', 5, leaderless[0]))
    this.go()
  }

  private fail(error: unknown): void {
    this.close()
    this.events.failed(logError(error, { log: this.client.settings.brokers.join(), operation: 'reading' }))
  }
}
