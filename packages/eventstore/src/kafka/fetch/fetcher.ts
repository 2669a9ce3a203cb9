import type { Clock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { Connections } from '../client/connections.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { logError } from '../client/log-error.js'
import { ProtocolFailure } from '../client/protocol-failure.js'
import { beginRequest } from './begin-request.js'
import { type FetchAnswer, type FetchedPartition, fetchRequest } from './fetch-request.js'
import { isLasting } from './lasting-failure.js'
import type { FeedAsk, PartitionFeed } from './partition-feed.js'
import { PartitionLeaders } from './partition-leaders.js'

/** How long a broker keeps a fetch open that finds nothing, in milliseconds. */
const longWait = 250

/** The same while a partition of this broker has enough for now and will want more soon. Doubles as long as that lasts. */
const shortWait = 5

/** At most so many bytes in one answer, unless the first record batch is larger. */
const answerBytes = 8 * 1024 * 1024

const rest = { first: 20, longest: 1_000 }

/** How long a leader may say that its log ends before the place of a feed until that is believed, in milliseconds: one that was just deposed may lag behind. */
const endPatience = 5_000
const offsetOutOfRange = 1

export interface FetcherEvents {
  /** Something may be ready to be handed out. */
  readonly ready: () => void
  /** Nothing will come any more. */
  readonly failed: (error: Error) => void
}

/**
 * Fetches partitions from their leaders, one fetch for each leader at a time and one beside it for what was just sought or resumed, with connections of its own. Goes on for ever when leaders move and brokers
 * die. Ends with what does not pass: TOPIC_UNKNOWN, LOG_FORBIDDEN, LOG_RECORDS_UNREADABLE, LOG_RECORDS_LOST.
 */
export class Fetcher {
  readonly leaders: PartitionLeaders
  private readonly feeds = new Set<PartitionFeed>()
  private readonly connections: Connections
  /** The brokers that hold a fetch open, and those that are asked for what does not wait for that. */
  private readonly waiting = new Set<number>()
  private readonly quick = new Set<number>()
  /** How long the last fetch was to wait, where it was a short one. */
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
    const lost: PartitionFeed[] = []
    const byLeader = new Map<number, PartitionFeed[]>()
    for (const feed of this.feeds) {
      if (!feed.isHungry || feed.isAsked || feed.isResting) continue
      const leader = this.leaders.leader(feed)
      if (leader === undefined) lost.push(feed)
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), feed])
    }
    if (lost.length > 0) void this.find(lost)
    for (const [leader, feeds] of byLeader) {
      const urgent = feeds.filter(({ isUrgent }) => isUrgent)
      if (!this.waiting.has(leader)) void this.fetch(leader, feeds, this.waiting)
      else if (urgent.length > 0 && !this.quick.has(leader)) void this.fetch(leader, urgent, this.quick)
    }
  }

  /** Fetches nothing more, and ends its connections without waiting for what is under way. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.feeds.clear()
    void this.connections.close()
  }

  private async fetch(leader: number, feeds: readonly PartitionFeed[], lane: Set<number>): Promise<void> {
    const wait = lane === this.waiting ? this.waitFor(leader) : 0
    const asks = feeds.map(feed => feed.ask())
    lane.add(leader)
    let found = false
    try {
      const answer = await this.send(leader, asks, wait)
      for (const partition of answer.partitions) {
        const ask = asks.find(({ feed }) => feed.partition === partition.partition && feed.topic === partition.topic)
        if (ask?.isCurrent()) found = this.take(ask, partition, leader) || found
      }
    } catch (error) {
      this.rest(feeds, error)
    }
    for (const ask of asks) ask.ended()
    lane.delete(leader)
    if (found) this.events.ready()
    this.go()
  }

  private async send(leader: number, asks: readonly FeedAsk[], wait: number): Promise<FetchAnswer> {
    const places = asks.map(({ feed: { topic, partition }, offset, bytes }) => ({ topic, partition, offset, bytes }))
    const { connectionPool } = await this.leaders.broker(leader)
    // A broker answers one request of a connection after another: what must not wait goes by the connection that kafkajs has for everything but fetches.
    const connection = wait > 0 ? connectionPool : await connectionPool.getConnection(0)
    const answer = await connection.send(fetchRequest({ places, wait, bytes: answerBytes }))
    if (answer.code !== 0) throw new ProtocolFailure('Fetch', answer.code)
    return answer
  }

  private take(ask: FeedAsk, fetched: FetchedPartition, leader: number): boolean {
    const { topic, partition, code } = fetched
    if (code === 0) {
      ask.feed.failures = 0
      ask.feed.beyondSince = undefined
      return ask.answered(fetched)
    }
    if (code === offsetOutOfRange) void this.findBegin(ask, leader)
    else this.rest([ask.feed], new ProtocolFailure('Fetch', code, { topic, partition }))
    return false
  }

  /** Below the begin the feed goes on at the begin; beyond the end are no records that a reader could have seen before: it fails when that lasts. */
  private async findBegin({ feed, offset, isCurrent }: FeedAsk, leader: number): Promise<void> {
    feed.isResting = true
    try {
      const broker = await this.leaders.broker(leader)
      const begin = await broker.connectionPool.send(beginRequest(feed))
      feed.isResting = false
      if (isCurrent() && offset < begin) feed.skipTo(begin)
      else if (isCurrent()) this.rest([feed], this.beyond(feed, offset))
      this.go()
    } catch (error) {
      this.rest([feed], error)
    }
  }

  private beyond(feed: PartitionFeed, offset: number): Error {
    const { topic, partition } = feed
    feed.beyondSince ??= this.clock.now()
    if (this.clock.now() - feed.beyondSince < endPatience) return new ProtocolFailure('Fetch', offsetOutOfRange, feed)
    return eventstoreErrors.create('LOG_RECORDS_LOST', { topic, partition, offset })
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
