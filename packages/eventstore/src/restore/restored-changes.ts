import { isUnreadable } from '../codec/unreadable.js'
import type { LogRecord } from '../log/log.js'
import type { Participant } from '../model/participant.js'
import { readRecord } from '../model/read-event.js'
import { readState } from '../model/read-state.js'
import { streamKey } from '../model/stream-name.js'
import { unreadableText } from '../model/unreadable-stream.js'
import type { UnreadRecord } from '../records/dead-letter-record.js'
import { type EventEnvelope, eventEnvelope, eventId } from '../records/event-record.js'
import { header } from '../records/headers.js'
import { type OutcomeReason, outcomeDefinition, outcomeEnvelope } from '../records/outcome-record.js'
import { deduplicationWindow } from '../records/topics.js'
import { type Checkpoint, neverPublished } from '../state/checkpoint.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { StoredState } from '../state/stored-state.js'
import type { IndexedEvents } from '../state/stream-index.js'
import type { RestoreOptions } from './restore-start.js'

/** The log goes on with a version that does not follow the stored one: the store is of no use. */
export class StoreDisagrees extends Error {}

interface Working {
  readonly participant: Participant
  readonly id: string
  version: number
  state: object
  unreadable: string | undefined
}

export interface RestoredFrom {
  /** What the store has; undefined when nothing of this log. */
  readonly known: Checkpoint | undefined
  /** Whether the stream's state is made anew from its first event on. */
  readonly isStale: (participant: string, id: string) => boolean
}

/** What a slice of the log says about a shard, on its way to the state store. */
export class RestoredChanges {
  checkpoint: Checkpoint
  /** Events that have made their stream unavailable, since they cannot be read. */
  readonly unread: UnreadRecord[] = []
  private readonly streams = new Map<string, Working>()
  private readonly decided = new Map<string, DecidedCommand>()
  private readonly index = new Map<string, IndexedEvents & { readonly offsets: number[] }>()

  constructor(
    private readonly options: RestoreOptions,
    private readonly from: RestoredFrom,
  ) {
    const { log, snapshots } = options
    const known = from.known ?? { clusterId: log.clusterId, events: 0, outcomes: 0, inbox: undefined, lastEvent: undefined, stateVersions: {}, published: 0 }
    this.checkpoint = { ...known, published: snapshots ? (known.published ?? neverPublished) : undefined }
  }

  /** Takes a record of the events topic. Throws StoreDisagrees. */
  takeEvent(record: LogRecord): void {
    const envelope = eventEnvelope(record)
    if (!envelope) return
    const { participant, id } = envelope.stream
    const isNew = record.offset >= (this.from.known?.events ?? 0)
    if (isNew || this.from.isStale(participant, id)) this.evolve(envelope, record)
    if (isNew) this.remember(envelope, record)
  }

  /** @param eventsEnd an offset that covers the events that it was decided on */
  takeOutcome(record: LogRecord, eventsEnd: number): void {
    const { codec, clock } = this.options
    const envelope = outcomeEnvelope(record)
    if (!envelope) return
    this.takeInboxPosition(record)
    if (!envelope.fingerprint || record.timestamp < clock.now() - deduplicationWindow) return
    const { stream, commandId, commandType, fingerprint, outcome, version } = envelope
    const reason = codec.decode(outcomeDefinition, record.value ?? Buffer.alloc(0)) as InstanceType<typeof OutcomeReason>
    this.decide({
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
      eventsEnd,
      outcomesEnd: record.offset + 1,
      at: record.timestamp,
    })
  }

  /** Writes what was taken to the store, with the checkpoint. */
  save(): void {
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

  private evolve(envelope: EventEnvelope, record: LogRecord): void {
    const stream = this.load(envelope)
    if (!stream || envelope.version <= stream.version) return
    if (envelope.version !== stream.version + 1 && this.from.known) throw new StoreDisagrees()
    try {
      if (envelope.version !== stream.version + 1) throw new Error(`version ${envelope.version} follows version ${stream.version}`)
      if (stream.unreadable === undefined) {
        const context = { id: stream.id, version: envelope.version, timestamp: record.timestamp }
        for (const event of readRecord(envelope.type, record, this.options)) stream.participant.evolve(stream.state, event, context)
      }
    } catch (error) {
      if (stream.unreadable === undefined && isUnreadable(error)) this.unread.push({ reader: `state:${stream.participant.name}`, record, error })
      stream.unreadable ??= unreadableText(envelope, error)
    }
    stream.version = envelope.version
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
    // The other events of its command may have been in the slice before.
    const earlier =
      index > 0 ? (this.decided.get(decidedKey(participant, key, commandId)) ?? this.options.store.decided(participant, key, commandId)) : undefined
    this.decide({
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

  private decide(command: DecidedCommand): void {
    this.decided.set(decidedKey(command.participant, command.key, command.id), command)
    const { decidedSince = command.at } = this.checkpoint
    this.checkpoint = { ...this.checkpoint, decidedSince: Math.min(decidedSince, command.at) }
  }

  private takeInboxPosition({ headers }: LogRecord): void {
    const inbox = headers[header.inbox]
    if (inbox !== undefined) this.checkpoint = { ...this.checkpoint, inbox: Math.max(Number(inbox), this.checkpoint.inbox ?? 0) }
  }
}

function decidedKey(participant: string, key: string, id: string): string {
  return `${streamKey(participant, key)}\n${id}`
}
