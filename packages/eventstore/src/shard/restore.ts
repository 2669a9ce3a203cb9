import type { Clock, MessageDefinition } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { learnSchema } from '../codec/learn-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { Log, LogReader, LogRecord, RecordBatch } from '../log/log.js'
import { type EventEnvelope, eventEnvelope, eventId } from '../records/event-record.js'
import { header } from '../records/headers.js'
import { type OutcomeReason, outcomeDefinition, outcomeEnvelope } from '../records/outcome-record.js'
import { type AppTopics, deduplicationWindow } from '../records/topics.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { Checkpoint, IndexedEvents, StateStore, StoredState } from '../state/state-store.js'
import type { Participant } from './participant.js'
import { readState } from './read-state.js'
import { nextBatch } from './restore-batch.js'
import { streamKey } from './shard-memory.js'
import type { ShardModel } from './shard-model.js'
import { trustedCheckpoint } from './trusted-checkpoint.js'

export interface RestoreOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly log: Log
  readonly codec: Codec
  readonly model: ShardModel
  readonly store: StateStore
  readonly clock: Clock
  /** Whether streams that could not be read before are tried again, as after a deployment. */
  readonly retryUnreadable: boolean
  /** Asked between slices: whether this node still wants the shard. */
  readonly isWanted: () => boolean
}

/** The ends of the shard's partitions, captured after the earlier owner was fenced. */
export interface RestoreEnds {
  readonly events: number
  readonly outcomes: number
}

/**
 * Brings the state store of a shard up to the captured ends: from its checkpoint, or from the beginning where it is
 * missing or belongs to another log. Progress is saved slice by slice, so an interrupted restore goes on where it was.
 * Gives the checkpoint reached. Rejects with RESTORE_STALLED, SCHEMA_UNKNOWN or the log's errors.
 */
export async function restoreShard(options: RestoreOptions, ends: RestoreEnds): Promise<Checkpoint> {
  const { shard, store } = options
  const stored = await trustedCheckpoint(options, ends)
  if (!stored) store.discard(shard)
  const stale = stored ? staleParticipants(options, stored) : []
  if (stale.length > 0) store.discardStates(shard, stale)
  try {
    return await new Restore(options, stored, new Set(stale)).run(ends)
  } catch (error) {
    if (!(error instanceof StoreDisagrees)) throw error
    store.discard(shard)
    return new Restore(options, undefined, new Set()).run(ends)
  }
}

/** The log goes on with a version that does not follow the stored one: the store is of no use. */
class StoreDisagrees extends Error {}

/**
 * Whose states are to be made anew: of another declared version, of an aggregate or saga that was not there before, or
 * with an event that could not be read then and perhaps can now.
 */
function staleParticipants({ shard, store, model, retryUnreadable }: RestoreOptions, { stateVersions }: Checkpoint): string[] {
  const unreadable = new Set(retryUnreadable ? store.unreadableParticipants(shard) : [])
  return model.participants.filter(({ name, stateVersion }) => stateVersions[name] !== stateVersion || unreadable.has(name)).map(({ name }) => name)
}

interface Working {
  readonly participant: Participant
  readonly id: string
  version: number
  state: object
  unreadable: string | undefined
}

class Restore {
  private checkpoint: Checkpoint
  private readonly streams = new Map<string, Working>()
  private readonly decided = new Map<string, DecidedCommand>()
  private readonly index = new Map<string, IndexedEvents & { readonly offsets: number[] }>()
  private readonly known: Checkpoint | undefined

  /** @param stale participants whose states are made anew from the first event on */
  constructor(
    private readonly options: RestoreOptions,
    stored: Checkpoint | undefined,
    private readonly stale: ReadonlySet<string>,
  ) {
    this.known = stored
    this.checkpoint = stored ?? { clusterId: options.log.clusterId, events: 0, outcomes: 0, inbox: undefined, lastEvent: undefined, stateVersions: {} }
  }

  async run(ends: RestoreEnds): Promise<Checkpoint> {
    const { shard, topics, log, model } = this.options
    const outcomesBegin = (await log.admin.beginOffsets(topics.outcomes))[shard] as number
    const from = { events: this.stale.size > 0 ? 0 : this.checkpoint.events, outcomes: Math.max(this.checkpoint.outcomes, outcomesBegin) }
    if (from.events < ends.events || from.outcomes < ends.outcomes) {
      const reader = log.reader({
        from: [
          { topic: topics.events, partition: shard, offset: from.events },
          { topic: topics.outcomes, partition: shard, offset: from.outcomes },
        ],
      })
      try {
        await this.readTo(reader, ends)
      } finally {
        await reader.close()
      }
    }
    // Only now: an interrupted restore must find that the states are still to be made anew.
    this.checkpoint = { ...this.checkpoint, stateVersions: Object.fromEntries(model.participants.map(({ name, stateVersion }) => [name, stateVersion])) }
    this.save()
    return this.checkpoint
  }

  private async readTo(reader: LogReader, ends: RestoreEnds): Promise<void> {
    const { shard, topics, clock } = this.options
    const position = (topic: string) => reader.position({ topic, partition: shard })
    const batches = reader[Symbol.asyncIterator]()
    while (position(topics.events) < ends.events || position(topics.outcomes) < ends.outcomes) {
      if (!this.options.isWanted()) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
      const batch = await nextBatch(batches, this.options, () => position(topics.events), ends.events)
      await this.learn(batch)
      if (batch.topic === topics.events) this.takeEvents(batch)
      else this.takeOutcomes(batch, ends)
      this.save()
      await new Promise<void>(resolve => clock.nextTurn(resolve))
    }
  }

  /** Fetches the schemas that the batch was written with, so that decoding need not wait. */
  private async learn({ records }: RecordBatch): Promise<void> {
    const { codec } = this.options
    for (const { value } of records) {
      const learning = value && learnSchema(codec, value)
      if (learning) await learning
    }
  }

  private takeEvents({ records, next }: RecordBatch): void {
    const known = this.known?.events ?? 0
    for (const record of records) {
      const envelope = eventEnvelope(record)
      if (!envelope) continue
      const isNew = record.offset >= known
      if (isNew || this.stale.has(envelope.stream.participant)) this.evolve(envelope, record)
      if (isNew) this.remember(envelope, record)
    }
    this.checkpoint = { ...this.checkpoint, events: Math.max(next, this.checkpoint.events) }
  }

  private evolve(envelope: EventEnvelope, record: LogRecord): void {
    const stream = this.load(envelope)
    if (!stream || envelope.version <= stream.version) return
    if (envelope.version !== stream.version + 1 && this.known) throw new StoreDisagrees()
    try {
      if (envelope.version !== stream.version + 1) throw new Error(`version ${envelope.version} follows version ${stream.version}`)
      if (stream.unreadable === undefined) {
        const definition = this.definitionOf(envelope)
        const message = this.options.codec.decode(definition, record.value ?? Buffer.alloc(0))
        stream.participant.evolve(stream.state, { definition, message }, { id: stream.id, version: envelope.version, timestamp: record.timestamp })
      }
    } catch (error) {
      stream.unreadable ??= `its event ${envelope.type} with version ${envelope.version} cannot be applied (${(error as Error).message})`
    }
    stream.version = envelope.version
  }

  private definitionOf({ type }: EventEnvelope): MessageDefinition {
    const definition = this.options.model.message(type)
    if (definition) return definition
    throw eventstoreErrors.create('TYPE_UNKNOWN', { type })
  }

  private load({ stream: { participant: name, id } }: EventEnvelope): Working | undefined {
    const participant = this.options.model.participant(name)
    if (!participant) return undefined
    const key = streamKey(name, id)
    let working = this.streams.get(key)
    if (!working) {
      working = { participant, id, ...readState(this.options, participant, id) }
      this.streams.set(key, working)
    }
    return working
  }

  /** The stream index, the ids of decided commands and the inbox position that the event carries. */
  private remember(envelope: EventEnvelope, record: LogRecord): void {
    const { participant, id } = envelope.stream
    const key = streamKey(participant, id)
    const run = this.index.get(key)
    if (run) run.offsets.push(record.offset)
    else this.index.set(key, { participant, id, first: envelope.version, offsets: [record.offset] })
    if (envelope.fingerprint) this.rememberCommand(envelope, record)
    this.takeInboxPosition(record)
    this.checkpoint = { ...this.checkpoint, lastEvent: { offset: record.offset, id: eventId(envelope) } }
  }

  private rememberCommand(envelope: EventEnvelope, record: LogRecord): void {
    if (record.timestamp < this.options.clock.now() - deduplicationWindow) return
    const { commandId, commandType, fingerprint, version, index } = envelope
    const { participant, id: key } = envelope.stream
    const name = `${streamKey(participant, key)}\n${commandId}`
    // The other events of its command may have been in the slice before.
    const earlier = index > 0 ? (this.decided.get(name) ?? this.options.store.decided(participant, key, commandId)) : undefined
    this.decided.set(name, {
      participant,
      key,
      id: commandId,
      type: commandType,
      fingerprint,
      outcome: 'accepted',
      from: earlier?.from ?? version - 1,
      to: version,
      eventsEnd: record.offset + 1,
      outcomesEnd: 0,
      at: record.timestamp,
    })
  }

  private takeOutcomes({ records, next }: RecordBatch, ends: RestoreEnds): void {
    const { codec, clock } = this.options
    for (const record of records) {
      const envelope = outcomeEnvelope(record)
      if (!envelope) continue
      this.takeInboxPosition(record)
      if (!envelope.fingerprint || record.timestamp < clock.now() - deduplicationWindow) continue
      const { stream, commandId, commandType, fingerprint, outcome, version } = envelope
      const reason = codec.decode(outcomeDefinition, record.value ?? Buffer.alloc(0)) as InstanceType<typeof OutcomeReason>
      this.decided.set(`${streamKey(stream.participant, stream.id)}\n${commandId}`, {
        participant: stream.participant,
        key: stream.id,
        id: commandId,
        type: commandType,
        fingerprint,
        outcome,
        from: version,
        to: version,
        code: reason.code,
        details: reason.details,
        // What it was decided on is not known any more; this covers it.
        eventsEnd: ends.events,
        outcomesEnd: record.offset + 1,
        at: record.timestamp,
      })
    }
    this.checkpoint = { ...this.checkpoint, outcomes: next }
  }

  private takeInboxPosition({ headers }: LogRecord): void {
    const inbox = headers[header.inbox]
    if (inbox !== undefined) this.checkpoint = { ...this.checkpoint, inbox: Math.max(Number(inbox), this.checkpoint.inbox ?? 0) }
  }

  private save(): void {
    const { shard, store, model } = this.options
    const states = Array.from(this.streams.values(), ({ participant, id, version, state, unreadable }): StoredState => {
      if (unreadable !== undefined) return { participant: participant.name, id, version, state: undefined, deadline: undefined, unreadable }
      return {
        participant: participant.name,
        id,
        version,
        state: model.stateCodec(participant).encode(state),
        deadline: participant.deadline(state),
        unreadable,
      }
    })
    store.write(shard, { states, decided: this.decided.values(), events: this.index.values(), checkpoint: this.checkpoint })
    this.streams.clear()
    this.decided.clear()
    this.index.clear()
  }
}
