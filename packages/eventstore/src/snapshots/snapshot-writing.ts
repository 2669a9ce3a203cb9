import { type Clock, messageDefinition } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import type { NewRecord } from '../log/log.js'
import type { ShardModel } from '../model/shard-model.js'
import { type AppTopics, deduplicationWindow } from '../records/topics.js'
import type { Checkpoint } from '../state/checkpoint.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { StateStore } from '../state/state-store.js'
import type { DecidedPlace, StreamPlace } from '../state/unpublished.js'
import {
  entryKey,
  hourLength,
  hourOf,
  idsKey,
  markerKey,
  SnapshotDecided,
  SnapshotEntry,
  SnapshotIds,
  SnapshotMarker,
  snapshotRecord,
} from './snapshot-records.js'

export interface WritingOptions {
  readonly shard: number
  readonly topics: AppTopics
  readonly codec: Codec
  readonly model: ShardModel
  readonly store: StateStore
  readonly clock: Clock
  /** About how many bytes one transaction of a snapshot has, and how many a single record may have. */
  readonly limits: { readonly snapshotBytes: number; readonly recordBytes: number }
}

/** What a snapshot begins with. */
export interface SnapshotBase {
  /** Up to where everything is committed, and is in the state store. */
  readonly position: Checkpoint
  /** Of the snapshot before: what its marker says, zeros and nothing where there is none. */
  readonly covered: { readonly events: number; readonly outcomes: number }
  readonly from: number
  readonly hours: Readonly<Record<string, number>>
}

/** One transaction of a snapshot. */
export interface SnapshotPart {
  readonly records: readonly NewRecord[]
  /** The marker: with it the snapshot is complete. */
  readonly isLast: boolean
}

/** How many rows are read from the state store at a time. */
const page = 200

/** How many decided commands are looked through at a time, most of which may be in a snapshot already. */
const decidedAtATime = 2_000

/** About what a decided command takes beside its texts. */
const decidedBytes = 60

/** How many parts of ids that nobody needs any more go in one transaction. */
const expiredAtATime = 500

const entryDefinition = messageDefinition(SnapshotEntry)
const idsDefinition = messageDefinition(SnapshotIds)
const markerDefinition = messageDefinition(SnapshotMarker)

/**
 * The records of one snapshot, transaction by transaction, read from the state store when each is asked for: the entry of every stream touched since the
 * snapshot before, the ids decided since, the marker. What is written may be newer than the marker: it has its version, so a restore skips the events
 * that are in it. Without its marker all of it is harmless, and the next snapshot writes it again.
 */
export class SnapshotWriting {
  private readonly streams: StreamPlace[] = []
  private afterStream: StreamPlace | undefined = { participant: '', id: '' }
  private readonly decided: DecidedCommand[] = []
  private afterDecided: DecidedPlace | undefined
  private readonly hours: Record<string, number> = {}
  /** Whether what is new since the snapshot before was noted; otherwise this one has everything. */
  private readonly isNoted: boolean
  private expired: string[] = []

  constructor(
    private readonly options: WritingOptions,
    private readonly base: SnapshotBase,
  ) {
    const oldest = options.clock.now() - deduplicationWindow
    for (const [hour, parts] of Object.entries(base.hours)) {
      if ((Number(hour) + 1) * hourLength > oldest) this.hours[hour] = parts
      else this.expired.push(...Array.from({ length: parts }, (_, part) => idsKey(Number(hour), part)))
    }
    const { published, decidedSince } = base.position
    this.isNoted = published !== undefined && published <= base.covered.events
    const since = this.isNoted ? decidedSince : oldest
    if (since !== undefined) this.afterDecided = { at: Math.max(oldest, since), id: '', key: '', participant: '' }
  }

  /** The next transaction, made in a few milliseconds. It may be empty: ask again in another turn. */
  next(): SnapshotPart {
    const records = this.entries()
    if (records.length === 0 && this.nextDecided()) return { records: this.ids(), isLast: false }
    if (records.length === 0) records.push(...this.expired.splice(0, expiredAtATime).map(key => this.record(key, null)))
    return records.length > 0 ? { records, isLast: false } : { records: [this.marker()], isLast: true }
  }

  private entries(): NewRecord[] {
    const { shard, store, limits } = this.options
    const records: NewRecord[] = []
    for (let bytes = 0; bytes < limits.snapshotBytes; ) {
      if (this.streams.length === 0 && this.afterStream) {
        this.streams.push(...store.unpublished.streams(shard, this.afterStream, this.base.position.events, page))
        this.afterStream = this.streams.at(-1)
      }
      const stream = this.streams.shift()
      if (!stream) break
      const record = this.entry(stream)
      bytes += record.key.length + (record.value?.length ?? 0)
      records.push(record)
    }
    return records
  }

  private entry({ participant, id }: StreamPlace): NewRecord {
    const { codec, topics, model, store, limits } = this.options
    const stored = store.state(participant, id)
    const key = entryKey(participant, id)
    // A participant that this node does not know has no state here; and one that is too large is made from its events.
    const stateVersion = model.participant(participant)?.stateVersion
    const encode = (fields: InstanceType<typeof SnapshotEntry>) => codec.encode(topics.snapshots, entryDefinition, fields)
    const unmade = { version: 0, stateVersion: stateVersion ?? 0, deadline: stored?.deadline }
    if (!stored || stateVersion === undefined) return this.record(key, encode(unmade))
    const { version, state, deadline, unreadable } = stored
    const bytes = encode({ version, stateVersion, state, deadline, unreadable })
    return this.record(key, bytes.length > limits.recordBytes ? encode(unmade) : bytes)
  }

  private ids(): NewRecord[] {
    const { codec, topics, limits } = this.options
    const decided: InstanceType<typeof SnapshotDecided>[] = []
    let hour = 0
    let bytes = 0
    for (let count = 0; count < decidedAtATime; count++) {
      const next = this.nextDecided()
      if (!next) break
      const isFull = bytes >= Math.min(limits.snapshotBytes, limits.recordBytes / 2)
      if (decided.length > 0 && (isFull || hourOf(next.at) !== hour)) break
      this.decided.shift()
      if (this.isCovered(next) || this.isLater(next)) continue
      hour = hourOf(next.at)
      bytes += decidedBytes + next.key.length + next.id.length + next.type.length + (next.details?.length ?? 0)
      decided.push(new SnapshotDecided(next))
    }
    if (decided.length === 0) return []
    const part = this.hours[hour] ?? 0
    this.hours[hour] = part + 1
    return [this.record(idsKey(hour, part), codec.encode(topics.snapshots, idsDefinition, { decided }))]
  }

  private nextDecided(): DecidedCommand | undefined {
    const { shard, store } = this.options
    if (this.decided.length === 0 && this.afterDecided) {
      this.decided.push(...store.unpublished.decided(shard, this.afterDecided, page))
      this.afterDecided = this.decided.at(-1)
    }
    return this.decided[0]
  }

  private isCovered({ from, to, eventsEnd, outcomesEnd }: DecidedCommand): boolean {
    const { events, outcomes } = this.base.covered
    if (!this.isNoted) return false
    return from < to ? eventsEnd <= events : outcomesEnd <= outcomes
  }

  /** Whether it was decided after the snapshot began: the next one has it, or this one would never end while commands come faster than it is written. */
  private isLater({ from, to, eventsEnd, outcomesEnd }: DecidedCommand): boolean {
    const { events, outcomes } = this.base.position
    return from < to ? eventsEnd > events : outcomesEnd > outcomes
  }

  private marker(): NewRecord {
    const { codec, topics, model } = this.options
    const { clusterId, events, outcomes, inbox, lastEvent } = this.base.position
    const stateVersions = Object.fromEntries(model.participants.map(({ name, stateVersion }) => [name, stateVersion]))
    const { from } = this.base
    const { hours } = this
    const fields = { clusterId, events, outcomes, inbox, lastEventOffset: lastEvent?.offset, lastEventId: lastEvent?.id, stateVersions, from, hours }
    return this.record(markerKey, codec.encode(topics.snapshots, markerDefinition, fields))
  }

  private record(key: string, value: Uint8Array | null): NewRecord {
    const { shard, topics, clock } = this.options
    return snapshotRecord(topics.snapshots, shard, key, value, clock.now())
  }
}
