import { type Clock, isOttlaError } from '@ottla/core'
import type { Codec } from '../../codec/codec.js'
import type { Log, LogMember, RecordBatch, TopicOffset, TopicPartition } from '../../log/log.js'
import type { ShardModel } from '../../model/shard-model.js'
import type { AppTopics } from '../../records/topics.js'
import type { BackOff } from '../../retry/back-off.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import { restOf } from './handed-on.js'
import { InboxPosition } from './inbox-position.js'
import { readInbox } from './inbox-reader.js'

export interface ShardInboxOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly log: Log
  readonly codec: Codec
  readonly model: ShardModel
  readonly clock: Clock
}

/** The inbox of one shard as its owner takes it: paused until the shard is owned, then batch after batch, each record once. */
export class ShardInbox {
  private readonly place: TopicPartition
  private readonly position = new InboxPosition()
  /** Where a gap was met. */
  private gap: number | undefined

  constructor(
    private readonly member: LogMember,
    private readonly options: ShardInboxOptions,
    private readonly backOff: BackOff,
  ) {
    this.place = { topic: options.topics.commands, partition: options.shard }
  }

  /** Where to begin when the partition is assigned anew, although this node has never given it up. */
  get next(): TopicOffset {
    return { ...this.place, offset: this.position.next }
  }

  /** How many messages are queued and not decided. */
  get queued(): number {
    return this.position.queued
  }

  /** Whether messages found at take-over are not all decided. */
  get hasBacklog(): boolean {
    return this.position.hasBacklog
  }

  /** Whether the group gives the shard to this node. */
  isOurs(): Promise<boolean> {
    return this.member.holds(this.place)
  }

  /** No batches until `resume`. */
  pause(): void {
    this.gap = undefined
    this.member.pause(this.place)
  }

  /** The shard has been taken over: what lies from `offset` to `end` is its backlog. */
  begin(offset: number, end: number): void {
    this.position.start(offset, end)
  }

  /** Batches come from this offset on. */
  resume(offset: number): void {
    this.member.seek({ ...this.place, offset })
    this.member.resume(this.place)
  }

  /** The messages of a batch, when what was handed on has rested; tries again while the registry cannot be reached. Undefined when the shard is not wanted any more before that. */
  async read(batch: RecordBatch, isWanted: () => boolean): Promise<readonly QueuedMessage[] | undefined> {
    for (let attempt = 0; isWanted(); attempt++) {
      try {
        const messages = await readInbox(batch, this.options)
        const rest = restOf(batch, this.options.clock.now())
        if (rest > 0) await this.backOff.pause(rest)
        return messages
      } catch (error) {
        if (!isOttlaError(error) || !error.retriable) throw error
        await this.backOff.wait(attempt)
      }
    }
    return undefined
  }

  /** Whether records before the batch were not handed out. */
  hasGap(batch: RecordBatch): boolean {
    return batch.from > this.position.next
  }

  /** Goes back to where a gap begins. False where that did not help before: what lay there has been deleted, so another node has decided it. */
  seekBack(): boolean {
    const { next } = this.position
    if (this.gap === next) return false
    this.gap = next
    this.member.seek(this.next)
    return true
  }

  /** The messages of a batch that were not taken before; from now on they are. */
  take(batch: RecordBatch, messages: readonly QueuedMessage[]): readonly QueuedMessage[] {
    this.gap = undefined
    return this.position.take(batch, messages)
  }

  decided(message: QueuedMessage): void {
    this.position.decided(message)
  }

  /** Everything below this offset has been decided: it is deleted now and then. What stays for a while after an error costs nothing but room. */
  committed(offset: number | undefined): void {
    if (this.position.isWorthCleaning(offset)) this.options.log.admin.deleteRecords([{ ...this.place, offset }]).catch(() => undefined)
  }
}
