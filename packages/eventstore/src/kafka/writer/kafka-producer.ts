import { systemClock } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { LogProducer, NewRecord } from '../../log/log.js'
import type { Connections } from '../client/connections.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { logError } from '../client/log-error.js'
import { patiently } from '../client/patience.js'
import { code, isTransient, protocolCode } from '../client/protocol-failure.js'
import { TopicLeaders } from '../client/topic-leaders.js'
import { BatchSender } from './batch-sender.js'
import { ProducerRequests } from './producer-requests.js'
import { requireSizes } from './record-size.js'

interface Send {
  readonly records: readonly NewRecord[]
  resolve(): void
  reject(error: Error): void
}

/** What records one request may hold at most, so that one send does not wait for all of a long queue. */
const roundBytes = 4_000_000

/** A producer whose sequence numbers the broker still knows, and who its connections are. */
interface Session {
  readonly connections: Connections
  readonly leaders: TopicLeaders
  readonly sender: BatchSender
}

/** Errors after which only the records that they are about have failed; all others leave open what the sequence numbers stand for. */
const harmless: ReadonlySet<number | undefined> = new Set([code.messageTooLarge, code.recordListTooLarge, code.topicForbidden])

/**
 * An idempotent producer: one request per broker is under way, and what is sent meanwhile goes with the next. After an error that leaves a
 * record's fate open it goes on as a new producer, so that a sequence number never stands for two records.
 */
export class KafkaProducer implements LogProducer {
  private readonly queue: Send[] = []
  private session: Session | undefined
  private running: Promise<void> | undefined
  private closing: Promise<void> | undefined
  private isGivenUp = false

  private constructor(
    private readonly client: KafkaClient,
    private readonly closed: (producer: KafkaProducer) => void,
  ) {}

  /** Rejects with LOG_FORBIDDEN, LOG_UNAVAILABLE. */
  static async open(client: KafkaClient, closed: (producer: KafkaProducer) => void): Promise<KafkaProducer> {
    const producer = new KafkaProducer(client, closed)
    producer.session = await producer.connect()
    return producer
  }

  async send(records: readonly NewRecord[]): Promise<void> {
    if (this.closing) throw eventstoreErrors.create('LOG_CLOSED', { log: 'producer' })
    if (records.length === 0) return
    requireSizes(records, this.client.settings.maxRecordBytes)
    // What the caller does with its bytes afterwards must not change what is sent later.
    const kept = records.map(record => (record.value ? { ...record, value: Uint8Array.from(record.value) } : record))
    const sent = new Promise<void>((resolve, reject) => this.queue.push({ records: kept, resolve, reject }))
    this.running ??= this.run()
    return sent
  }

  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  private async end(): Promise<void> {
    const cancel = systemClock.after(this.client.settings.requestTimeout, () => this.giveUp())
    while (this.running) await this.running
    cancel()
    await this.session?.connections.close()
    this.closed(this)
  }

  /** Who closes waits as long as one request may take, not for all that a long queue takes while no broker answers. */
  private giveUp(): void {
    this.isGivenUp = true
    void this.session?.connections.close()
  }

  /** Begins in a later turn: what one turn sends goes together. */
  private async run(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    while (this.queue.length > 0 && !this.isGivenUp) await this.round(this.take())
    for (const { reject } of this.queue.splice(0)) reject(this.unavailable('it was closed'))
    this.running = undefined
  }

  private take(): readonly Send[] {
    let bytes = 0
    let count = 0
    for (; count < this.queue.length && (count === 0 || bytes < roundBytes); count++) {
      for (const { value } of (this.queue[count] as Send).records) bytes += 100 + (value?.byteLength ?? 0)
    }
    return this.queue.splice(0, count)
  }

  private async round(sends: readonly Send[]): Promise<void> {
    let session: Session
    try {
      session = this.session ??= await this.connect()
    } catch (error) {
      for (const { reject } of sends) reject(error as Error)
      return
    }
    const known = await this.known(session, sends)
    if (known.length === 0) return
    const results = await session.sender.send(known.flatMap(({ records }) => records))
    let at = 0
    for (const { records, resolve, reject } of known) {
      const index = records.findIndex((_, order) => typeof results[at + order] !== 'number')
      if (index < 0) resolve()
      else reject(this.told(results[at + index] as Error, records[index] as NewRecord))
      at += records.length
    }
    if (results.some(result => typeof result !== 'number' && !harmless.has(protocolCode(result)))) this.renew(session)
  }

  /** The sends whose topics and partitions exist; the others are rejected. */
  private async known({ leaders }: Session, sends: readonly Send[]): Promise<readonly Send[]> {
    const problems = new Map<string, unknown>()
    const known: Send[] = []
    for (const send of sends) {
      let problem: unknown
      for (const { topic } of send.records) {
        if (!problems.has(topic)) problems.set(topic, await learn(leaders, topic))
        problem ??= problems.get(topic)
      }
      const stray = send.records.find(record => !problem && !leaders.has(record))
      if (problem) send.reject(this.told(problem, send.records[0] as NewRecord))
      else if (stray) send.reject(eventstoreErrors.create('TOPIC_UNKNOWN', { topic: stray.topic, partition: stray.partition }))
      else known.push(send)
    }
    return known
  }

  private renew(session: Session): void {
    this.session = undefined
    void session.connections.close()
  }

  private async connect(): Promise<Session> {
    const { requestTimeout, maxRecordBytes, brokers } = this.client.settings
    const connections = this.client.connections({ isolationLevel: 0, metadataMaxAge: 300_000 })
    const requests = new ProducerRequests(this.client, requestTimeout)
    try {
      const { cluster } = connections
      const initialize = async () => {
        await cluster.connect()
        await cluster.refreshMetadata()
        return requests.initProducerId(await cluster.brokerPool.findConnectedBroker(), undefined, requestTimeout)
      }
      const identity = await patiently({ total: requestTimeout, first: 10, longest: 500 }, initialize, isTransient)
      const leaders = new TopicLeaders(cluster)
      const patience = { total: 2 * requestTimeout, first: 5, longest: 500 }
      const isClosed = () => connections.isClosed
      const sender = new BatchSender({ identity, requests, leaders, batchBytes: maxRecordBytes, patience, isClosed, resendsLost: true })
      return { connections, leaders, sender }
    } catch (error) {
      await connections.close()
      throw logError(error, { log: brokers.join(), operation: 'opening a producer' })
    }
  }

  private unavailable(error: string): Error {
    return eventstoreErrors.create('LOG_UNAVAILABLE', { log: this.client.settings.brokers.join(), error })
  }

  private told(error: unknown, { topic, partition }: NewRecord): Error {
    return logError(error, { log: this.client.settings.brokers.join(), operation: 'a send', topic, partition })
  }
}

const newTopic = { total: 1_000, first: 10, longest: 100 }

/** Gives why the topic cannot be written to, if so. */
async function learn(leaders: TopicLeaders, topic: string): Promise<unknown> {
  try {
    await patiently(newTopic, () => leaders.learn(topic), isTransient)
    return undefined
  } catch (error) {
    return error
  }
}
