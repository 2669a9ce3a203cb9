import type { Clock } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import type { Log, LogRecord } from '../log/log.js'
import type { ShardModel } from '../model/shard-model.js'
import { eventEnvelope } from '../records/event-record.js'
import { type OutcomeReason, outcomeDefinition, outcomeEnvelope } from '../records/outcome-record.js'
import { shardOf } from '../records/partitioner.js'
import { type AppTopics, deduplicationWindow } from '../records/topics.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { StateStore } from '../state/state-store.js'
import { scanTopic } from './log-scan.js'

export interface DecidedReaderOptions {
  readonly shards: number
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly log: Log
  readonly codec: Codec
  readonly store: StateStore
  readonly clock: Clock
  /** Whether the store has everything of a shard, and if so, resolves when it has what is committed now. */
  readonly indexed: (shard: number) => Promise<boolean>
  /** Whether this node, asked now, still has a shard: what was decided elsewhere is not in its store. */
  readonly isOurs: (shard: number) => Promise<boolean>
}

/** Finds the first outcome of a command: in the state store of the shard's owner, elsewhere by reading the shard's events and outcomes. */
export class DecidedReader {
  constructor(private readonly options: DecidedReaderOptions) {}

  /** What was decided within the de-duplication window, or undefined. On a node without the shard this takes as long as reading the shard does. */
  async find(id: string, key: string): Promise<DecidedCommand | undefined> {
    const { shards, indexed, isOurs } = this.options
    const shard = shardOf(key, shards)
    if (await indexed(shard)) {
      const known = this.findHere(id, key)
      // That nothing is known here says something only while nobody else decides: a process that was paused may not have heard that its shard is gone.
      if (known || (await isOurs(shard))) return known
    }
    return (await this.findOutcome(shard, id, key)) ?? this.findEvents(shard, id, key)
  }

  private findHere(id: string, key: string): DecidedCommand | undefined {
    const { store, model } = this.options
    for (const { name, kind } of model.participants) {
      const decided = kind === 'aggregate' ? store.decided(name, key, id) : undefined
      if (decided) return decided
    }
    return undefined
  }

  private async findOutcome(partition: number, id: string, key: string): Promise<DecidedCommand | undefined> {
    const { topics, codec, log } = this.options
    const eventsEnd = (await log.admin.endOffsets(topics.events))[partition] as number
    for await (const record of scanTopic({ ...this.options, topic: topics.outcomes, partition })) {
      if (record.key !== key || !record.value) continue
      const envelope = outcomeEnvelope(record)
      if (!envelope || envelope.commandId !== id || !this.isKnown(envelope.fingerprint, record)) continue
      const { stream, commandType, fingerprint, outcome, version } = envelope
      const { code, details } = codec.decode(outcomeDefinition, record.value) as InstanceType<typeof OutcomeReason>
      const about = { participant: stream.participant, key, id, type: commandType, fingerprint, at: record.timestamp }
      return { ...about, outcome, from: version, to: version, code, details, eventsEnd, outcomesEnd: record.offset + 1 }
    }
    return undefined
  }

  private async findEvents(partition: number, id: string, key: string): Promise<DecidedCommand | undefined> {
    let found: DecidedCommand | undefined
    for await (const record of scanTopic({ ...this.options, topic: this.options.topics.events, partition })) {
      const envelope = record.key === key ? eventEnvelope(record) : undefined
      // The events of one command lie in one transaction, in the order of their versions.
      if (!envelope || envelope.commandId !== id || !this.isKnown(envelope.fingerprint, record)) continue
      const { stream, commandType, fingerprint, version } = envelope
      const about = { participant: stream.participant, key, id, type: commandType, fingerprint, at: record.timestamp }
      found = { ...about, outcome: 'accepted', from: found?.from ?? version - 1, to: version, eventsEnd: record.offset + 1, outcomesEnd: 0 }
    }
    return found
  }

  /** Whether it is a command of a caller or a saga, and not too old. The messages of sagas leave events without a fingerprint. */
  private isKnown(fingerprint: string, { timestamp }: LogRecord): boolean {
    return fingerprint !== '' && timestamp >= this.options.clock.now() - deduplicationWindow
  }
}
