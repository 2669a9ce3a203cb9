import { freezeState } from '@ottla/core'
import type { Participant } from '../../model/participant.js'
import { readState } from '../../model/read-state.js'
import type { ShardModel } from '../../model/shard-model.js'
import { streamKey } from '../../model/stream-name.js'
import { type EventEnvelope, eventEnvelope } from '../../records/event-record.js'
import type { Checkpoint } from '../../state/checkpoint.js'
import type { StateStore } from '../../state/state-store.js'
import type { StoredState } from '../../state/stored-state.js'
import type { Committed, DecisionBatch } from './decision-batch.js'
import type { LiveStream } from './live-stream.js'
import type { KnownDecision, PendingDecision } from './pending-decision.js'
import { UnwrittenChanges } from './unwritten-changes.js'

/**
 * What a shard owner remembers: the streams that it used last, over the state store. Deciding sees every decision at
 * once; the store gets a batch only after it has committed, some time later, rows and checkpoint together.
 */
export class ShardMemory {
  private readonly streams = new Map<string, LiveStream>()
  private readonly pendingDecisions = new Map<string, PendingDecision>()
  private readonly unwritten = new UnwrittenChanges()
  private checkpoint: Checkpoint
  /** The earliest time of a command decided since a snapshot began. */
  private decidedSince: number | undefined

  /** @param limit how many streams stay in memory beside the pinned ones */
  constructor(
    readonly shard: number,
    readonly model: ShardModel,
    readonly store: StateStore,
    private readonly limit: number,
    checkpoint: Checkpoint,
  ) {
    this.checkpoint = checkpoint
  }

  /** Next offset of the shard's events that are committed and known here. */
  get eventsEnd(): number {
    return this.checkpoint.events
  }

  get outcomesEnd(): number {
    return this.checkpoint.outcomes
  }

  /** Up to where everything is committed and known here. */
  get position(): Checkpoint {
    return this.checkpoint
  }

  /** Begins a snapshot: writes everything committed to the store and gives the position that the snapshot will have. */
  beginSnapshot(): Checkpoint {
    this.flush()
    this.decidedSince = undefined
    return this.checkpoint
  }

  /** The snapshot that began at these events is complete. */
  endSnapshot(events: number): void {
    this.checkpoint = { ...this.checkpoint, published: events, decidedSince: this.decidedSince }
    this.write()
    this.store.unpublished.forget(this.shard, events)
  }

  /** How many changed streams and decided commands wait to be written to the store. */
  get backlog(): number {
    return this.unwritten.states.size + this.unwritten.decided.length
  }

  /** The stream with everything decided so far; a new one where nothing is known of it. */
  load(participant: Participant, id: string): LiveStream {
    const name = streamKey(participant.name, id)
    let stream = this.streams.get(name)
    if (stream) {
      this.streams.delete(name)
    } else {
      this.evict()
      stream = this.fromStore(participant, id)
    }
    this.streams.set(name, stream)
    return stream
  }

  findDecision(participant: string, key: string, id: string): KnownDecision | undefined {
    const pending = this.pendingDecisions.get(`${streamKey(participant, key)}\n${id}`)
    if (pending) return { pending }
    const stored = this.store.decided(participant, key, id)
    return stored && { stored }
  }

  remember(decision: PendingDecision): void {
    const { participant, key, id } = decision.command
    this.pendingDecisions.set(`${streamKey(participant, key)}\n${id}`, decision)
  }

  /** Takes over what has committed, to be written to the store by `flush`. */
  committed(batch: DecisionBatch, { eventOffsets, eventsEnd, outcomesEnd }: Committed): void {
    const { unwritten } = this
    for (const [stream, snapshot] of batch.touched) {
      const earlier = unwritten.states.get(stream)
      unwritten.states.set(stream, { ...snapshot, batches: (earlier?.batches ?? 0) + 1 })
    }
    for (const [index, { record, stream }] of batch.events.entries()) {
      unwritten.addEvent(stream, eventEnvelope(record) as EventEnvelope, eventOffsets[index] as number)
    }
    let { decidedSince } = this.checkpoint
    for (const { command } of batch.decisions) {
      unwritten.decided.push({ ...command, eventsEnd, outcomesEnd })
      decidedSince = Math.min(decidedSince ?? command.at, command.at)
      this.decidedSince = Math.min(this.decidedSince ?? command.at, command.at)
    }
    this.checkpoint = {
      ...this.checkpoint,
      decidedSince,
      events: eventsEnd,
      outcomes: outcomesEnd,
      inbox: batch.inboxNext ?? this.checkpoint.inbox,
      lastEvent: unwritten.lastEvent ?? this.checkpoint.lastEvent,
    }
  }

  /** Writes everything committed to the state store in one transaction. */
  flush(): void {
    if (!this.unwritten.isEmpty) this.write()
  }

  private write(): void {
    const { unwritten } = this
    this.store.write(this.shard, { states: this.storedStates(), decided: unwritten.decided, events: unwritten.events.values(), checkpoint: this.checkpoint })
    for (const [stream, { batches }] of unwritten.states) stream.pins -= batches
    for (const { participant, key, id } of unwritten.decided) this.pendingDecisions.delete(`${streamKey(participant, key)}\n${id}`)
    unwritten.clear()
    this.evict()
  }

  private *storedStates(): Generator<StoredState> {
    for (const [{ participant, id }, { version, state }] of this.unwritten.states) {
      yield {
        participant: participant.name,
        id,
        version,
        state: this.model.stateCodec(participant).encode(state),
        deadline: participant.deadline(state),
        unreadable: undefined,
      }
    }
  }

  private fromStore(participant: Participant, id: string): LiveStream {
    const { version, state, unreadable } = readState(this, participant, id)
    return { participant, id, version, state: freezeState(state), unreadable, pins: 0 }
  }

  private evict(): void {
    if (this.streams.size < this.limit) return
    for (const [name, stream] of this.streams) {
      if (stream.pins === 0) this.streams.delete(name)
      if (this.streams.size < this.limit) return
    }
  }
}
