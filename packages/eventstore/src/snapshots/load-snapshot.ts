import type { Clock } from '@ottla/core'
import { messageDefinition } from '@ottla/core'
import { learnSchema } from '../codec/learn-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogRecord } from '../log/log.js'
import type { ShardModel } from '../model/shard-model.js'
import { deduplicationWindow } from '../records/topics.js'
import { nextBatch } from '../replay/next-batch.js'
import { replayReader } from '../replay/replay-reader.js'
import { timeSlices } from '../replay/time-slices.js'
import type { Checkpoint } from '../state/checkpoint.js'
import type { DecidedCommand } from '../state/decided-command.js'
import type { StateStore } from '../state/state-store.js'
import type { StoredState } from '../state/stored-state.js'
import type { Marker, MarkerOptions } from './marker.js'
import { isIdsKey, markerKey, SnapshotEntry, SnapshotIds, streamOfKey } from './snapshot-records.js'

export interface LoadOptions extends MarkerOptions {
  readonly model: ShardModel
  readonly store: StateStore
  readonly clock: Clock
  readonly isWanted: () => boolean
}

/**
 * Makes the state store of a shard what a snapshot says and gives the checkpoint at its marker: from there on the events are to be read.
 * Saves its progress slice by slice, and goes on there when it was interrupted and the marker is still the same. Streams whose entry has no state
 * that this node can use are left as unmade. Rejects with RESTORE_STALLED, SHARD_NOT_OWNED or the log's errors.
 */
export async function loadSnapshot(options: LoadOptions, marker: Marker): Promise<Checkpoint> {
  const { shard, store, topics, log, clock } = options
  const { offset, at: _, from, hours: __, ...covered } = marker
  const done: Checkpoint = { ...covered, indexFrom: marker.events, published: marker.events }
  const loading = store.checkpoint(shard)?.loading
  if (loading?.marker !== offset) store.discard(shard)
  const at = { topic: topics.snapshots, partition: shard }
  const end = (await log.admin.endOffsets(at.topic))[shard] as number
  const reader = replayReader(options, [{ ...at, offset: loading?.marker === offset ? loading.next : from }])
  const changes = new LoadedChanges(options, marker.stateVersions)
  try {
    const batches = reader[Symbol.asyncIterator]()
    while (reader.position(at) < end) {
      const batch = await nextBatch(batches, { shard, topic: at.topic, clock }, () => reader.position(at), end)
      for (const { value } of batch.records) {
        const learning = value && learnSchema(options.codec, value)
        if (learning) await learning
      }
      await timeSlices(batch, clock, {
        take: record => changes.take(record),
        end: next => {
          if (!options.isWanted()) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
          changes.save({ ...done, loading: { marker: offset, next } })
        },
      })
    }
  } finally {
    await reader.close()
  }
  changes.save(done)
  return done
}

const entryDefinition = messageDefinition(SnapshotEntry)
const idsDefinition = messageDefinition(SnapshotIds)

/** What a slice of a snapshot says, on its way to the state store. */
class LoadedChanges {
  private states: StoredState[] = []
  private decided: DecidedCommand[] = []

  constructor(
    private readonly options: LoadOptions,
    private readonly stateVersions: Readonly<Record<string, number>>,
  ) {}

  take({ key, value }: LogRecord): void {
    if (value === null || key === null || key === markerKey) return
    if (isIdsKey(key)) this.takeIds(value)
    else this.states.push(this.stateOf(key, value))
  }

  save(checkpoint: Checkpoint): void {
    this.options.store.write(this.options.shard, { states: this.states, decided: this.decided, events: [], checkpoint })
    this.states = []
    this.decided = []
  }

  private takeIds(value: Buffer): void {
    const oldest = this.options.clock.now() - deduplicationWindow
    const { decided } = this.options.codec.decode(idsDefinition, value) as InstanceType<typeof SnapshotIds>
    for (const command of decided) if (command.at >= oldest) this.decided.push({ ...command })
  }

  private stateOf(key: string, value: Buffer): StoredState {
    const { codec, model } = this.options
    const name = streamOfKey(key)
    const { version, stateVersion, state, deadline, unreadable } = codec.decode(entryDefinition, value) as InstanceType<typeof SnapshotEntry>
    if (unreadable !== undefined) return { ...name, version, state: undefined, deadline, unreadable }
    // Where the marker says another state version than the code has, all states of the participant are made anew later; this one must not be taken for made.
    const isUsable = model.participant(name.participant)?.stateVersion === stateVersion && this.stateVersions[name.participant] === stateVersion
    return isUsable && state !== undefined ? { ...name, version, state, deadline, unreadable } : { ...name, version: 0, state: undefined, deadline, unreadable }
  }
}
