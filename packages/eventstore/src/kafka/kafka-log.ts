import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogAdmin, LogMember, LogProducer, LogReader, LogWriter, MemberOptions, ReaderOptions } from '../log/log.js'
import { GroupCatalog } from './admin/group-catalog.js'
import { KafkaAdmin } from './admin/kafka-admin.js'
import { TopicCatalog } from './admin/topic-catalog.js'
import { BrokerCalls } from './client/broker-calls.js'
import type { Connections } from './client/connections.js'
import type { KafkaClient } from './client/kafka-client.js'
import { openReader } from './fetch/open-reader.js'
import { joinMember } from './member/join-member.js'
import { KafkaProducer } from './writer/kafka-producer.js'
import { KafkaWriter } from './writer/kafka-writer.js'

interface KafkaLogParts {
  readonly client: KafkaClient
  readonly clusterId: string
  readonly connections: Connections
  readonly calls: BrokerCalls
  readonly isReadOnly: boolean
  /** Called after everything has ended, to release the folder. */
  readonly release: () => void
}

export interface KafkaLogOptions {
  readonly isReadOnly: boolean
  readonly release: () => void
}

/** The log on the brokers of a Kafka cluster. Writers, readers, members and producers have connections of their own. */
export class KafkaLog implements Log {
  readonly clusterId: string
  readonly admin: LogAdmin
  private readonly readers = new Set<LogReader>()
  private readonly members = new Set<LogMember>()
  private readonly writing = new Set<KafkaWriter | KafkaProducer>()
  private closing: Promise<void> | undefined

  private constructor(private readonly parts: KafkaLogParts) {
    const { client, calls, clusterId } = parts
    this.clusterId = clusterId
    this.admin = new KafkaAdmin({
      calls,
      topics: new TopicCatalog(calls, client.settings),
      groups: new GroupCatalog(calls),
      requireOpen: () => this.requireOpen(),
      requireWritable: operation => this.requireWritable(operation),
    })
  }

  /** Rejects with LOG_UNAVAILABLE, which names the brokers' addresses, when none can be reached, with LOG_FORBIDDEN when they refuse the login, and with LOG_UNTRUSTED when certificates do not fit. */
  static async connect(client: KafkaClient, options: KafkaLogOptions): Promise<KafkaLog> {
    const connections = client.connections({ isolationLevel: 0, metadataMaxAge: 300_000 })
    const calls = new BrokerCalls(connections, client.settings.brokers.join())
    try {
      const { clusterId } = await calls.call({ operation: 'connecting' }, async () => {
        await calls.connect()
        return calls.metadata([])
      })
      return new KafkaLog({ client, clusterId, connections, calls, ...options })
    } catch (error) {
      await connections.close()
      throw error
    }
  }

  async writer(id: string): Promise<LogWriter> {
    this.requireWritable('writer')
    return this.kept(await KafkaWriter.open(id, this.parts.client, writer => this.writing.delete(writer)))
  }

  async producer(): Promise<LogProducer> {
    this.requireWritable('producer')
    return this.kept(await KafkaProducer.open(this.parts.client, producer => this.writing.delete(producer)))
  }

  reader(options: ReaderOptions): LogReader {
    this.requireOpen()
    const reader = openReader(this.parts.client, options, { closed: ended => this.readers.delete(ended) })
    this.readers.add(reader)
    return reader
  }

  async member(options: MemberOptions): Promise<LogMember> {
    this.requireWritable('member')
    return joinMember(this.parts.client, options, { begun: member => this.members.add(member), ended: gone => this.members.delete(gone) })
  }

  /** Members leave first: what they give up may still be committed. Commits under way are waited for, as long as a request may take. */
  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  private async end(): Promise<void> {
    await Promise.all(Array.from(this.members, member => member.leave()))
    await Promise.all(Array.from(this.readers, reader => reader.close()))
    await Promise.all(Array.from(this.writing, writing => writing.close()))
    await this.parts.connections.close()
    this.parts.release()
  }

  private async kept<T extends KafkaWriter | KafkaProducer>(writing: T): Promise<T> {
    this.writing.add(writing)
    if (this.closing) await writing.close()
    this.requireOpen()
    return writing
  }

  private requireOpen(): void {
    if (this.closing) throw eventstoreErrors.create('LOG_CLOSED', { log: this.parts.client.settings.brokers.join() })
  }

  private requireWritable(operation: string): void {
    this.requireOpen()
    if (this.parts.isReadOnly) throw eventstoreErrors.create('LOG_READ_ONLY', { log: this.parts.client.settings.brokers.join(), operation })
  }
}
