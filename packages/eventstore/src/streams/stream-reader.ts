import { coreErrors } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { learnSchema } from '../codec/learn-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogRecord } from '../log/log.js'
import type { Participant } from '../model/participant.js'
import { readRecord } from '../model/read-event.js'
import type { ShardModel } from '../model/shard-model.js'
import { type EventEnvelope, eventEnvelope } from '../records/event-record.js'
import { shardOf } from '../records/partitioner.js'
import type { AppTopics } from '../records/topics.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { StateStore } from '../state/state-store.js'
import { completeIndex } from './index-gap.js'
import { scanTopic } from './log-scan.js'
import type { StoredEvent } from './stored-event.js'
import { storedEvents } from './stored-events.js'

export interface StreamReaderOptions {
  readonly shards: number
  readonly topics: AppTopics
  readonly model: ShardModel
  readonly log: Log
  readonly codec: Codec
  readonly store: StateStore
  /** Whether the store has everything of a shard, and if so, resolves when it has what is committed now, so that the index is complete. */
  readonly indexed: (shard: number) => Promise<boolean>
}

/** Where a reading of a stream ends. */
export interface StreamRange {
  /** The last version to read. Default: all. */
  readonly to?: number
  /** Events decided later are left out. */
  readonly until?: Date
}

/** What is known of where the wanted events are: all of them before this offset, none of them before that one. */
interface KnownRange extends StreamRange {
  readonly before?: number
  readonly at?: number
}

/** How many records of other streams are read and passed over before jumping is cheaper. */
const jump = 2_000

/**
 * Reads single streams by their id, although the log has no read by key: an index says which offsets are theirs. A node without the shard has
 * no index of it and reads all of the shard's events, which is slow, and never a short history.
 */
export class StreamReader {
  constructor(private readonly options: StreamReaderOptions) {}

  /** All committed events of a stream in order of their versions, as `storedEvents` gives them. Rejects with RECORD_UNREADABLE, TYPE_UNKNOWN, UPCAST_FAILED. */
  async read(participant: string, id: string, range: StreamRange = {}): Promise<StoredEvent[]> {
    const events: StoredEvent[] = []
    await this.scan(participant, id, 1, range, record => void events.push(...this.decode(record)))
    return events
  }

  /** The state that the events of a stream make, at a version or a time. Rejects like `read`. */
  async fold(participant: Participant, id: string, range: StreamRange = {}): Promise<{ readonly state: object; readonly version: number }> {
    const state = participant.initialState(id)
    const hasBeenRead = await this.hasBeenRead(participant.name, id)
    let version = 0
    await this.scan(participant.name, id, 1, range, record => {
      version++
      // Headers are JSON: parsing them would take as long as all the rest.
      const type = hasBeenRead ? undefined : (eventEnvelope(record) as EventEnvelope).type
      for (const event of readRecord(type, record, this.options)) participant.evolve(state, event, { id, version, timestamp: record.timestamp })
    })
    return { state, version }
  }

  /** The events that a decided command has left. Without an index they are looked for from the offset `at` on. */
  async eventsOf({ participant, key, from, to, eventsEnd }: DecidedCommand, at = 0): Promise<readonly object[]> {
    if (from === to) return []
    const events: object[] = []
    await this.scan(participant, key, from + 1, { to, before: eventsEnd, at }, record => void events.push(...this.decode(record).map(({ message }) => message)))
    return events
  }

  /** Whether all events of the stream have been decoded here or by its owner before, so that their bytes are known to be of the types that their headers name. */
  private async hasBeenRead(participant: string, id: string): Promise<boolean> {
    const { shards, store, indexed } = this.options
    if (!(await indexed(shardOf(id, shards)))) return false
    const stored = store.state(participant, id)
    return stored !== undefined && stored.unreadable === undefined
  }

  private async scan(participant: string, id: string, from: number, range: KnownRange, take: (record: LogRecord) => void): Promise<void> {
    if (await this.options.indexed(shardOf(id, this.options.shards))) await this.jump(participant, id, from, range, take)
    else await this.walk(participant, id, from, range, take)
  }

  /** Without an index: through all events of the shard. */
  private async walk(
    participant: string,
    id: string,
    from: number,
    { to = Number.MAX_SAFE_INTEGER, until, at }: KnownRange,
    take: (record: LogRecord) => void,
  ) {
    if (to < from) return
    const partition = shardOf(id, this.options.shards)
    for await (const record of scanTopic({ ...this.options, topic: this.options.topics.events, partition, from: at })) {
      const envelope = record.key === id ? eventEnvelope(record) : undefined
      if (envelope?.stream.participant !== participant || envelope.version < from) continue
      if (until && record.timestamp > until.getTime()) return
      take(record)
      if (envelope.version >= to) return
    }
  }

  /** With the index: to where its events are. */
  private async jump(participant: string, id: string, from: number, range: KnownRange, take: (record: LogRecord) => void): Promise<void> {
    const { shards, topics, log, store, codec } = this.options
    const partition = shardOf(id, shards)
    await completeIndex(this.options, partition, { participant, id }, { from, ...range })
    const offsets = store.index.offsets(participant, id, from, range.to ?? Number.MAX_SAFE_INTEGER)
    if (offsets.length === 0) return
    const reader = log.reader({ from: [{ topic: topics.events, partition, offset: offsets[0] as number }] })
    let wanted = 0
    try {
      for await (const batch of reader) {
        for (const record of batch.records) {
          if (record.offset !== offsets[wanted]) continue
          if (range.until && record.timestamp > range.until.getTime()) return
          const learning = record.value && learnSchema(codec, record.value)
          if (learning) await learning
          take(record)
          if (++wanted === offsets.length) return
        }
        const next = offsets[wanted] as number
        if (next > batch.next + jump) reader.seek({ topic: topics.events, partition, offset: next })
      }
      // The reader ended before the stream did: an answer that is cut short would be a wrong one.
      throw eventstoreErrors.create('LOG_CLOSED', { log: topics.events })
    } finally {
      await reader.close()
    }
  }

  private decode(record: LogRecord): readonly StoredEvent[] {
    return storedEvents(eventEnvelope(record) as EventEnvelope, record, this.options)
  }
}

/** The definition of a stream's owner. Throws MODEL_INVALID when the app has no such aggregate or saga. */
export function participantNamed(model: ShardModel, name: string): Participant {
  const participant = model.participant(name)
  if (participant) return participant
  throw coreErrors.create('MODEL_INVALID', { member: name, problem: 'is no aggregate or saga of this app', cure: 'Add its class to the modules of createApp.' })
}
