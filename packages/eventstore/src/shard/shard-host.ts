import { type Clock, type CommandEnvelope, coreErrors, freezeState, isOttlaError, type OttlaError, type Receipt } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogMember, TopicOffset, TopicPartition } from '../log/log.js'
import { replyDefinition } from '../records/inbox-record.js'
import { outcomeDefinition } from '../records/outcome-record.js'
import { type AppTopics, appTopics, deduplicationWindow, topicConfigs } from '../records/topics.js'
import { snapshotDefinitions } from '../snapshots/snapshot-records.js'
import type { StateStore } from '../state/state-store.js'
import { StreamReader } from '../streams/stream-reader.js'
import type { Participant } from './participant.js'
import { shardOf } from './partitioner.js'
import { receiptOf } from './receipt-of.js'
import type { Caller, CommandMessage } from './shard-message.js'
import { ShardModel } from './shard-model.js'
import { defaultLimits, type OwnerLimits, ShardOwner } from './shard-owner.js'

export interface ShardHostOptions {
  readonly app: string
  readonly shards: number
  readonly log: Log
  readonly codec: Codec
  readonly store: StateStore
  readonly participants: readonly Participant[]
  readonly clock: Clock
  readonly limits?: Partial<OwnerLimits>
  /** Whether shards are published to the snapshots topic now and then, and restored from it. Default false. */
  readonly snapshots?: boolean
  /** Called when a shard cannot go on: the disk is full, the log is damaged. */
  readonly failed: (error: OttlaError) => void
}

/** A node of the app: owns the shards that the group gives it, and brings commands to their owners. */
export class ShardHost {
  readonly topics: AppTopics
  readonly model: ShardModel
  /** Reads streams by id, through this node's index. */
  readonly streams: StreamReader
  private readonly owners = new Map<number, ShardOwner>()
  private member: LogMember | undefined
  private stopped = false
  private cancelForgetting = () => {}

  /** Throws MODEL_INVALID when the participants do not go together. */
  constructor(private readonly options: ShardHostOptions) {
    this.topics = appTopics(options.app)
    this.model = new ShardModel(options.participants)
    this.streams = new StreamReader({ ...options, topics: this.topics, model: this.model, settled: async shard => this.owner(shard).settled() })
  }

  /** Creates what is missing on the log, joins the group and takes over the shards given to this node. Rejects with the log's errors, TOPIC_DIFFERS, INBOX_LOST. */
  async start(): Promise<void> {
    const { app, shards, log, codec, snapshots } = this.options
    await log.admin.ensureTopics(topicConfigs(this.topics, shards, { snapshots }))
    await codec.prepare(this.topics.events, this.model.events)
    await codec.prepare(this.topics.commands, [...this.model.commands, replyDefinition])
    await codec.prepare(this.topics.outcomes, [outcomeDefinition])
    if (snapshots) await codec.prepare(this.topics.snapshots, snapshotDefinitions)
    this.forgetDecided()
    const assigned = Promise.withResolvers<void>()
    this.member = await log.member({
      group: app,
      topics: [this.topics.commands],
      assigned: async (partitions, member) => {
        try {
          const starts = await this.takeOver(partitions, member)
          assigned.resolve()
          return starts
        } catch (error) {
          assigned.reject(error)
          throw error
        }
      },
      revoked: partitions => this.release(partitions),
      records: async batch => this.owners.get(batch.partition)?.receive(batch),
      failed: error => {
        assigned.reject(error)
        this.options.failed(error as OttlaError)
      },
    })
    await assigned.promise
  }

  /** Brings a command to the owner of its shard and its outcome back. Rejects as `CommandBus.send` says. */
  async dispatch(envelope: CommandEnvelope): Promise<Receipt> {
    const { codec, clock } = this.options
    const { id, key, definition, correlationId } = envelope
    if (!this.model.decider(definition.name)) throw coreErrors.create('COMMAND_UNKNOWN', { command: definition.name })
    const bytes = codec.encode(this.topics.commands, definition, envelope.command)
    // The bus has made it canonical: handlers get what an inbox record would give them, whichever way the command came.
    const message: CommandMessage = { kind: 'command', key, id, definition, message: freezeState(envelope.command), bytes, correlationId }
    for (;;) {
      try {
        return await this.offer(envelope, message)
      } catch (error) {
        // The shard moves from owner to owner; the id makes another offer the same command.
        if (!isOttlaError(error, 'SHARD_NOT_OWNED') || this.stopped || clock.now() >= envelope.deadline) throw error
        await new Promise<void>(resolve => clock.after(20, resolve))
      }
    }
  }

  private offer(envelope: CommandEnvelope, message: CommandMessage): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const caller: Caller = { envelope, taken: false, resolve, reject }
      this.owner(shardOf(envelope.key, this.options.shards)).offer(caller, { ...message, caller })
    })
  }

  /** The first outcome of a command of the last 7 days, or undefined when no such command is known for this key. */
  async outcome(id: string, key: string): Promise<Receipt | undefined> {
    const { store, shards } = this.options
    const shard = shardOf(key, shards)
    await this.owner(shard).settled()
    for (const { name, kind } of this.model.participants) {
      const decided = kind === 'aggregate' ? store.decided(name, key, id) : undefined
      if (decided) return receiptOf(decided, { shard, topics: this.topics }, await this.streams.eventsOf(decided), true)
    }
    return undefined
  }

  /** Decides what is queued, commits, leaves the group and writes the state store. */
  async stop(): Promise<void> {
    this.stopped = true
    this.cancelForgetting()
    await Promise.all(Array.from(this.owners.values(), owner => owner.publishSnapshot()))
    await this.member?.leave()
    await this.release(Array.from(this.owners.keys(), partition => ({ topic: this.topics.commands, partition })))
  }

  private owner(shard: number): ShardOwner {
    const owner = this.owners.get(shard)
    if (!owner) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
    return owner
  }

  private async takeOver(partitions: readonly TopicPartition[], member: LogMember): Promise<TopicOffset[]> {
    const starts = await Promise.all(
      partitions.map(async ({ partition }) => {
        await this.owners.get(partition)?.release()
        const owner = new ShardOwner(member, {
          ...this.options,
          shard: partition,
          topics: this.topics,
          model: this.model,
          snapshots: this.options.snapshots ?? false,
          limits: { ...defaultLimits, ...this.options.limits },
          readEvents: decided => this.streams.eventsOf(decided),
        })
        this.owners.set(partition, owner)
        return owner.takeOver()
      }),
    )
    return starts.filter(start => start !== undefined)
  }

  private async release(partitions: readonly TopicPartition[]): Promise<void> {
    await Promise.all(
      partitions.map(async ({ partition }) => {
        const owner = this.owners.get(partition)
        await owner?.release()
        this.owners.delete(partition)
      }),
    )
  }

  /** Forgets the ids of commands that are older than the window, now and every hour. */
  private forgetDecided(): void {
    const { store, clock } = this.options
    store.forgetDecided(clock.now() - deduplicationWindow)
    this.cancelForgetting = clock.after(60 * 60 * 1000, () => this.forgetDecided())
  }
}
