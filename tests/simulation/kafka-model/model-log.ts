import type { Clock } from '@ottla/core'
import {
  type Log,
  type LogAdmin,
  type LogMember,
  type LogProducer,
  type LogReader,
  type LogWriter,
  type MemberOptions,
  type ReaderOptions,
  SourceReader,
} from '@ottla/eventstore'
import { MemoryLog } from '@ottla/testing'
import type { ClientLink } from './client-link.js'
import { ClientView } from './client-view.js'
import type { ModelBroker } from './model-broker.js'
import { ModelMember } from './model-member.js'
import { ModelProducer } from './model-producer.js'
import { ModelWriter } from './model-writer.js'

/** One client of a ModelBroker, whose every request takes the way that its link makes of it. */
export class ModelLog implements Log {
  readonly admin: LogAdmin
  private readonly view: ClientView
  private readonly members = new Set<ModelMember>()
  private readonly readers = new Set<SourceReader>()

  constructor(
    private readonly broker: ModelBroker,
    private readonly link: ClientLink,
    private readonly clock: Clock,
  ) {
    this.view = new ClientView(broker, link)
    this.admin = throughLink(new MemoryLog(broker, clock).admin, link)
  }

  get clusterId(): string {
    return this.broker.clusterId
  }

  async writer(id: string): Promise<LogWriter> {
    const epoch = await this.link.request('init', () => this.broker.transactions.init(id))
    return new ModelWriter(id, epoch, this.broker, this.link)
  }

  async producer(): Promise<LogProducer> {
    await this.link.request('init', () => undefined)
    return new ModelProducer(this.broker, this.link)
  }

  reader(options: ReaderOptions): LogReader {
    this.link.requireOpen()
    const reader = new SourceReader(this.view, this.clock, options, closed => this.readers.delete(closed))
    this.readers.add(reader)
    return reader
  }

  async member(options: MemberOptions): Promise<LogMember> {
    const { broker, link, view, clock } = this
    link.requireOpen()
    const committed = (partition: Parameters<ModelBroker['committed']>[1]) => broker.committed(options.group, partition)
    const member = new ModelMember(options, { link, view, clock, group: broker.group(options.group), committed })
    await member.start()
    this.members.add(member)
    return member
  }

  async close(): Promise<void> {
    for (const member of this.members) await member.leave()
    for (const reader of this.readers) await reader.close()
    this.link.close()
    this.view.close()
  }

  /** The group takes this node for dead while it is alive. */
  expel(group: string): void {
    for (const { id } of this.members) if (id !== undefined) this.broker.group(group).expel(id)
  }
}

function throughLink(admin: LogAdmin, link: ClientLink): LogAdmin {
  return {
    ensureTopics: topics => link.request('admin', () => admin.ensureTopics(topics)),
    listTopics: () => link.request('admin', () => admin.listTopics()),
    describeTopic: name => link.request('admin', () => admin.describeTopic(name)),
    alterTopic: (name, change) => link.request('admin', () => admin.alterTopic(name, change)),
    deleteTopic: name => link.request('admin', () => admin.deleteTopic(name)),
    beginOffsets: topic => link.request('admin', () => admin.beginOffsets(topic)),
    endOffsets: topic => link.request('admin', () => admin.endOffsets(topic)),
    deleteRecords: before => link.request('admin', () => admin.deleteRecords(before)),
    listGroups: () => link.request('admin', () => admin.listGroups()),
    groupLag: group => link.request('admin', () => admin.groupLag(group)),
    resetGroup: (group, offsets) => link.request('admin', () => admin.resetGroup(group, offsets)),
  }
}
