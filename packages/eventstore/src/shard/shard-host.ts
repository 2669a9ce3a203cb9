import type { Clock, CommandEnvelope, Ids, OttlaError, Receipt, Upcasters } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import type { Log, LogMember, LogProducer } from '../log/log.js'
import type { Participant } from '../model/participant.js'
import { ShardModel } from '../model/shard-model.js'
import { deadLetterRecord, type UnreadRecord } from '../records/dead-letter-record.js'
import { ensureAppTopics } from '../records/ensure-app-topics.js'
import { shardOf } from '../records/partitioner.js'
import { type AppTopics, appTopics, deduplicationWindow } from '../records/topics.js'
import { appMessages } from '../schemas/app-messages.js'
import { Standby } from '../standby/standby.js'
import type { StateStore } from '../state/state-store.js'
import { DecidedReader } from '../streams/decided-reader.js'
import { StreamReader } from '../streams/stream-reader.js'
import { receiptOf } from './callers/receipt-of.js'
import { ReplySender } from './callers/reply-sender.js'
import { CommandDispatch } from './dispatch/command-dispatch.js'
import { RemoteCommands } from './dispatch/remote-commands.js'
import { OwnedShards } from './owner/owned-shards.js'
import { defaultLimits, type OwnerLimits } from './owner/owner-limits.js'

export interface ShardHostOptions {
  readonly app: string
  readonly shards: number
  readonly log: Log
  readonly codec: Codec
  readonly store: StateStore
  readonly participants: readonly Participant[]
  /** How events of older classes are read. Default: there are none. */
  readonly upcasters?: Upcasters
  readonly clock: Clock
  readonly ids: Ids
  readonly limits?: Partial<OwnerLimits>
  /** Whether shards are published to the snapshots topic now and then, and restored from it. Default false. */
  readonly snapshots?: boolean
  /** Of how many shards of other nodes the state is kept ready here, so that taking them over is quick: all (true), none, or so many. Default false. */
  readonly standby?: boolean | number
  /** Called when a shard cannot go on: the disk is full, the log is damaged. */
  readonly failed: (error: OttlaError) => void
}

/** A node of the app: owns the shards that the group gives it, and brings commands to their owners. */
export class ShardHost {
  readonly topics: AppTopics
  readonly model: ShardModel
  /** Reads streams by id, through this node's index. */
  readonly streams: StreamReader
  private readonly owned: OwnedShards
  private readonly commands: CommandDispatch
  private readonly decided: DecidedReader
  private readonly limits: OwnerLimits
  private readonly standby: Standby
  private member: LogMember | undefined
  private producer: LogProducer | undefined
  private remote: RemoteCommands | undefined
  private cancelForgetting = () => {}

  /** Throws MODEL_INVALID when the participants do not go together. */
  constructor(private readonly options: ShardHostOptions) {
    this.topics = appTopics(options.app)
    this.model = new ShardModel(options.participants, options.upcasters)
    this.limits = { ...defaultLimits, ...options.limits }
    const { snapshots = false, standby = false } = options
    const parts = { ...options, topics: this.topics, model: this.model, snapshots, limits: this.limits }
    this.standby = new Standby({ ...parts, standby })
    this.owned = new OwnedShards({ ...parts, setAside: unread => this.setAside(unread), readEvents: decided => this.streams.eventsOf(decided) }, this.standby)
    const reading = { ...parts, indexed: (shard: number) => this.owned.isIndexed(shard) }
    this.streams = new StreamReader(reading)
    this.decided = new DecidedReader({ ...reading, isOurs: shard => this.owned.isOurs(shard) })
    this.commands = new CommandDispatch({ ...parts, owner: shard => this.owned.owner(shard), remote: () => this.remote })
  }

  /**
   * Creates what is missing on the log, joins the group and takes over the shards given to this node; commands for the others take the way to their
   * owners. Resolves when the node takes commands; a shard whose take-over has failed for a reason that may pass is tried again meanwhile. Rejects with
   * the log's errors, TOPIC_DIFFERS, REPLIES_DIFFER, INBOX_LOST.
   */
  async start(): Promise<void> {
    const { app, log, codec, clock } = this.options
    await this.prepare()
    this.forgetDecided()
    const producer = await log.producer()
    this.producer = producer
    const replies = new ReplySender({ topics: this.topics, codec, clock, producer, eventBytes: this.limits.recordBytes / 2 })
    this.remote = new RemoteCommands({
      ...this.options,
      topics: this.topics,
      model: this.model,
      producer,
      node: this.options.ids.next(),
      limit: this.limits.remote,
      readEvents: (decided, from) => this.streams.eventsOf(decided, from),
    })
    const begun = Promise.withResolvers<void>()
    // Nobody waits for it where joining itself is refused.
    begun.promise.catch(() => undefined)
    this.member = await log.member({
      group: app,
      topics: [this.topics.commands],
      assigned: async (partitions, member) => {
        const { starts, taken } = this.owned.takeOver(partitions, member, replies)
        taken.then(() => begun.resolve(), begun.reject)
        return starts
      },
      revoked: partitions => this.owned.release(partitions),
      records: async batch => this.owned.owner(batch.partition)?.receive(batch),
      failed: error => {
        begun.reject(error)
        this.options.failed(error as OttlaError)
      },
    })
    await begun.promise
  }

  /** Brings a command to the owner of its shard and its outcome back. Rejects as `CommandBus.send` says. */
  dispatch(envelope: CommandEnvelope): Promise<Receipt> {
    return this.commands.dispatch(envelope)
  }

  /**
   * Keeps records that could not be read among the dead letters; resolves when they are there. The same record of the same reader again changes nothing. Rejects with the
   * errors of the log.
   */
  async setAside(unread: readonly UnreadRecord[]): Promise<void> {
    const { clock } = this.options
    await this.producer?.send(unread.map(each => deadLetterRecord(this.topics.deadLetters, each, clock.now(), this.limits.recordBytes)))
  }

  /** The first outcome of a command of the last 7 days, or undefined when no such command is known for this key. On a node without the shard it is looked for in the log. */
  async outcome(id: string, key: string): Promise<Receipt | undefined> {
    const { shards } = this.options
    const found = await this.decided.find(id, key)
    if (!found) return undefined
    return receiptOf(found, { shard: shardOf(key, shards), topics: this.topics }, await this.streams.eventsOf(found), true)
  }

  /** Waits a while for what other nodes decide, decides and commits what is queued here, leaves the group and writes the state store. */
  async stop(): Promise<void> {
    this.cancelForgetting()
    await Promise.all([this.remote?.settled(), this.owned.publishSnapshots()])
    this.commands.stop()
    await this.remote?.stop()
    await this.standby.close()
    await this.member?.leave()
    await this.owned.releaseAll()
    await this.producer?.close()
  }

  private async prepare(): Promise<void> {
    const { shards, log, codec, snapshots = false } = this.options
    await ensureAppTopics(log.admin, this.topics, shards, { snapshots })
    for (const { topic, messages } of appMessages(this.topics, this.model, snapshots)) await codec.prepare(topic, messages)
    await codec.learnVersions(this.topics.events, this.model.upcasters.olderEvents)
  }

  /** Forgets the ids of commands that are older than the window, now and every hour. */
  private forgetDecided(): void {
    const { store, clock } = this.options
    store.forgetDecided(clock.now() - deduplicationWindow)
    this.cancelForgetting = clock.after(60 * 60 * 1000, () => this.forgetDecided())
  }
}
