import { learnSchema } from '../codec/learn-schema.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogReader, RecordBatch } from '../log/log.js'
import { streamKey } from '../model/stream-name.js'
import { nextBatch } from '../replay/next-batch.js'
import { replayReader } from '../replay/replay-reader.js'
import { timeSlices } from '../replay/time-slices.js'
import type { Checkpoint } from '../state/checkpoint.js'
import { type RestoreEnds, type RestoreOptions, restoreStart } from './restore-start.js'
import { RestoredChanges, StoreDisagrees } from './restored-changes.js'

/**
 * Brings the state store of a shard up to the captured ends: from its checkpoint, from the last snapshot, or from the beginning where both
 * are missing or belong to another log. Progress is saved slice by slice, so an interrupted restore goes on where it was.
 * Gives the checkpoint reached. Rejects with RESTORE_STALLED, SCHEMA_UNKNOWN or the log's errors.
 */
export async function restoreShard(options: RestoreOptions, ends: RestoreEnds): Promise<Checkpoint> {
  const { shard, store } = options
  const start = await restoreStart(options, ends)
  if (!start) store.discard(shard)
  try {
    return await new Restore(options, start).run(ends)
  } catch (error) {
    if (!(error instanceof StoreDisagrees)) throw error
    store.discard(shard)
    return new Restore(options, undefined).run(ends)
  }
}

/**
 * Keeps the state store of a shard up with the log, from the checkpoint that `restoreShard` has reached, until `signal` is aborted. Rejects then and with the log's
 * errors; what it has read by then is saved. A store that the log contradicts is discarded.
 */
export async function followShard(options: RestoreOptions, start: Checkpoint): Promise<never> {
  try {
    return await new Restore(options, start).follow()
  } catch (error) {
    if (error instanceof StoreDisagrees) options.store.discard(options.shard)
    throw error
  }
}

/**
 * Whose states are to be made anew: of another declared version, of an aggregate or saga that was not there before, or
 * with an event that could not be read then and perhaps can now.
 */
function staleParticipants({ shard, store, model, retryUnreadable }: RestoreOptions, { stateVersions }: Checkpoint): string[] {
  const unreadable = new Set(retryUnreadable ? store.unreadableParticipants(shard) : [])
  return model.participants.filter(({ name, stateVersion }) => stateVersions[name] !== stateVersion || unreadable.has(name)).map(({ name }) => name)
}

class Restore {
  private readonly changes: RestoredChanges
  /** Whether there are states to be made from the first event on. */
  private readonly fromBegin: boolean
  private left = 1000

  constructor(
    private readonly options: RestoreOptions,
    known: Checkpoint | undefined,
  ) {
    const { shard, store, model } = options
    const stale = new Set(known ? staleParticipants(options, known) : [])
    if (stale.size > 0) store.discardStates(shard, [...stale])
    const unmade = new Set(
      store
        .unmadeStreams(shard)
        .filter(({ participant }) => model.participant(participant))
        .map(({ participant, id }) => streamKey(participant, id)),
    )
    this.fromBegin = stale.size > 0 || unmade.size > 0
    this.changes = new RestoredChanges(options, { known, isStale: (participant, id) => stale.has(participant) || unmade.has(streamKey(participant, id)) })
  }

  async run(ends: RestoreEnds): Promise<Checkpoint> {
    const { model } = this.options
    const from = await this.begin()
    if (from.events < ends.events || from.outcomes < ends.outcomes) {
      const reader = this.open(from)
      try {
        await this.readTo(reader, ends)
      } finally {
        await reader.close()
      }
    }
    // Only now: an interrupted restore must find that the states are still to be made anew.
    const stateVersions = Object.fromEntries(model.participants.map(({ name, stateVersion }) => [name, stateVersion]))
    this.changes.checkpoint = { ...this.changes.checkpoint, stateVersions }
    this.changes.save()
    return this.changes.checkpoint
  }

  async follow(): Promise<never> {
    const { shard, topics, log } = this.options
    const reader = this.open(await this.begin())
    try {
      const batches = reader[Symbol.asyncIterator]()
      for (;;) {
        const next = await batches.next()
        if (next.done) throw eventstoreErrors.create('LOG_CLOSED', { log: topics.events })
        // Asked after the outcomes were read: what they were decided on lies below it.
        const eventsEnd = next.value.topic === topics.outcomes ? ((await log.admin.endOffsets(topics.events))[shard] as number) : 0
        await this.take(next.value, eventsEnd)
      }
    } finally {
      await reader.close()
    }
  }

  private async begin(): Promise<RestoreEnds> {
    const { shard, topics, log } = this.options
    const { events, outcomes } = this.changes.checkpoint
    const outcomesBegin = (await log.admin.beginOffsets(topics.outcomes))[shard] as number
    return { events: this.fromBegin ? 0 : events, outcomes: Math.max(outcomes, outcomesBegin) }
  }

  private open({ events, outcomes }: RestoreEnds): LogReader {
    const { shard, topics } = this.options
    return replayReader(this.options, [
      { topic: topics.events, partition: shard, offset: events },
      { topic: topics.outcomes, partition: shard, offset: outcomes },
    ])
  }

  private async readTo(reader: LogReader, ends: RestoreEnds): Promise<void> {
    const { shard, topics, clock } = this.options
    const position = (topic: string) => reader.position({ topic, partition: shard })
    const batches = reader[Symbol.asyncIterator]()
    while (position(topics.events) < ends.events || position(topics.outcomes) < ends.outcomes) {
      const batch = await nextBatch(batches, { shard, topic: topics.events, clock }, () => position(topics.events), ends.events)
      await this.take(batch, ends.events)
    }
  }

  private async take(batch: RecordBatch, eventsEnd: number): Promise<void> {
    const { shard, topics, clock, isWanted } = this.options
    const { changes } = this
    await this.learn(batch)
    const isEvents = batch.topic === topics.events
    await timeSlices(batch, clock, {
      take: record => (isEvents ? changes.takeEvent(record) : changes.takeOutcome(record, eventsEnd)),
      end: next => {
        // Before anything is saved: the store may be another's to write by now.
        if (!isWanted()) throw eventstoreErrors.create('SHARD_NOT_OWNED', { shard })
        const { events } = changes.checkpoint
        changes.checkpoint = isEvents ? { ...changes.checkpoint, events: Math.max(next, events) } : { ...changes.checkpoint, outcomes: next }
        changes.save()
      },
    })
    await this.setAside()
  }

  /** Keeps what cannot be read, up to a thousand of it: where every event is unreadable, as with a broken upcaster, more would tell nobody anything. */
  private async setAside(): Promise<void> {
    const unread = this.changes.unread.splice(0).slice(0, this.left)
    this.left -= unread.length
    if (unread.length > 0) await this.options.setAside?.(unread)
  }

  /** Fetches the schemas that the batch was written with, so that decoding need not wait. */
  private async learn({ records }: RecordBatch): Promise<void> {
    const { codec } = this.options
    for (const { value } of records) {
      const learning = value && learnSchema(codec, value)
      if (learning) await learning
    }
  }
}
