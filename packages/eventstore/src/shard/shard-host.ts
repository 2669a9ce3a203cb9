import type { Clock, CommandEnvelope, OttlaError, Receipt } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogMember, TopicOffset, TopicPartition } from '../log/log.js'
import { replyDefinition } from '../records/inbox-record.js'
import { outcomeDefinition } from '../records/outcome-record.js'
import { type AppTopics, appTopics, deduplicationWindow, topicConfigs } from '../records/topics.js'
import type { StateStore } from '../state/state-store.js'
import { StreamReader } from '../streams/stream-reader.js'
import type { Participant } from './participant.js'
import { shardOf } from './partitioner.js'
import { receiptOf } from './receipt-of.js'
import type { Caller } from './shard-message.js'
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

  /** Throws MODEL_INVALID when the participants do not go together. */
  constructor(private readonly options: ShardHostOptions) {
    this.topics = appTopics(options.app)
    this.model = new ShardModel(options.participants)
    this.streams = new StreamReader({ ...options, topics: this.topics, model: this.model, flush: shard => this.owners.get(shard)?.flush() })
  }

  /** Creates what is missing on the log, joins the group and takes over the shards given to this node. Rejects with the log's errors, TOPIC_DIFFERS, INBOX_LOST. */
  async start(): Promise<void> {
    const { app, shards, log, codec, store, clock } = this.options
    await log.admin.ensureTopics(topicConfigs(this.topics, shards))
    await codec.prepare(this.topics.events, this.model.events)
    await codec.prepare(this.topics.commands, [...this.model.commands, replyDefinition])
    await codec.prepare(this.topics.outcomes, [outcomeDefinition])
    store.forgetDecided(clock.now() - deduplicationWindow)
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
    const { codec, shards } = this.options
    const { id, key, definition, correlationId } = envelope
    const bytes = codec.encode(this.topics.commands, definition, envelope.command)
    // Handlers get what an inbox record would give them, whichever way the command came.
    const message = codec.decode(definition, bytes)
    const shard = shardOf(key, shards)
    const owner = this.owners.get(shard)
    if (!owner) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
    return new Promise((resolve, reject) => {
      const caller: Caller = { envelope, taken: false, resolve, reject }
      owner.offer(caller, { kind: 'command', key, id, definition, message, bytes, correlationId, caller })
    })
  }

  /** The first outcome of a command of the last 7 days, or undefined when no such command is known for this key. */
  async outcome(id: string, key: string): Promise<Receipt | undefined> {
    const { store, shards } = this.options
    const shard = shardOf(key, shards)
    this.owners.get(shard)?.flush()
    for (const { name, kind } of this.model.participants) {
      const decided = kind === 'aggregate' ? store.decided(name, key, id) : undefined
      if (decided) return receiptOf(decided, { shard, topics: this.topics }, await this.streams.eventsOf(decided), true)
    }
    return undefined
  }

  /** Decides what is queued, commits, leaves the group and writes the state store. */
  async stop(): Promise<void> {
    await this.member?.leave()
    await this.release(Array.from(this.owners.keys(), partition => ({ topic: this.topics.commands, partition })))
  }

  private takeOver(partitions: readonly TopicPartition[], member: LogMember): Promise<TopicOffset[]> {
    return Promise.all(
      partitions.map(({ partition }) => {
        const owner = new ShardOwner({
          ...this.options,
          shard: partition,
          topics: this.topics,
          model: this.model,
          limits: { ...defaultLimits, ...this.options.limits },
          readEvents: decided => this.streams.eventsOf(decided),
        })
        this.owners.set(partition, owner)
        return owner.takeOver(member)
      }),
    )
  }

  private async release(partitions: readonly TopicPartition[]): Promise<void> {
    await Promise.all(
      partitions.map(async ({ partition }) => {
        const owner = this.owners.get(partition)
        this.owners.delete(partition)
        await owner?.release()
      }),
    )
  }
}
