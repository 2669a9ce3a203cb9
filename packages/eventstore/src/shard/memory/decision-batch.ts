import type { Commit, NewRecord } from '../../log/log.js'
import { header } from '../../records/headers.js'
import type { QueuedMessage } from '../messages/queued-message.js'
import type { LiveStream } from './live-stream.js'
import type { PendingDecision } from './pending-decision.js'

/** A record whose headers may still get the inbox position. */
export type OpenRecord = NewRecord & { headers: Record<string, string> }

/** Where the records of a committed batch are. */
export interface Committed {
  /** The offset of each event of the batch, in order. */
  readonly eventOffsets: readonly number[]
  /** Next offsets of the shard's events and outcomes after it. */
  readonly eventsEnd: number
  readonly outcomesEnd: number
}

/** What is decided together and commits as one transaction: records, changed states, and who is told afterwards. */
export class DecisionBatch {
  readonly roots: QueuedMessage[] = []
  readonly events: { readonly record: OpenRecord; readonly stream: LiveStream }[] = []
  readonly outcomes: OpenRecord[] = []
  readonly messages: NewRecord[] = []
  /** Each stream that it changes, as it is after this batch. */
  readonly touched = new Map<LiveStream, { readonly version: number; readonly state: object }>()
  readonly decisions: PendingDecision[] = []
  readonly answers: ((committed: Committed) => void)[] = []
  inboxNext: number | undefined
  bytes = 0

  get isEmpty(): boolean {
    return this.roots.length === 0
  }

  /** Whether there is anything to write: a batch of answers from de-duplication has none. */
  get needsCommit(): boolean {
    return this.inboxNext !== undefined || this.events.length + this.outcomes.length + this.messages.length > 0
  }

  addRoot(root: QueuedMessage): void {
    this.roots.push(root)
    this.inboxNext = root.inbox?.next ?? this.inboxNext
  }

  addEvent(record: OpenRecord, stream: LiveStream): void {
    this.events.push({ record, stream })
    this.bytes += sizeOf(record)
  }

  addOutcome(record: OpenRecord): void {
    this.outcomes.push(record)
    this.bytes += sizeOf(record)
  }

  addMessage(record: NewRecord): void {
    this.messages.push(record)
    this.bytes += sizeOf(record)
  }

  touch(stream: LiveStream): void {
    if (!this.touched.has(stream)) stream.pins++
    this.touched.set(stream, { version: stream.version, state: stream.state })
  }

  /**
   * Where its records are, after its commit.
   * @param offsets of the records of `toCommit`, in order
   * @param before next offsets before it
   */
  placesOf(offsets: readonly number[], before: Pick<Committed, 'eventsEnd' | 'outcomesEnd'>): Committed {
    const { length } = this.events
    const eventOffsets = offsets.slice(0, length)
    const lastEvent = eventOffsets.at(-1)
    const lastOutcome = this.outcomes.length > 0 ? (offsets[length + this.outcomes.length - 1] as number) : undefined
    return {
      eventOffsets,
      eventsEnd: lastEvent === undefined ? before.eventsEnd : lastEvent + 1,
      outcomesEnd: lastOutcome === undefined ? before.outcomesEnd : lastOutcome + 1,
    }
  }

  /** The transaction: events, outcomes, messages to other shards, the inbox position last. */
  toCommit(group: string, inboxTopic: string, partition: number): Commit {
    const records: NewRecord[] = this.events.map(({ record }) => record)
    records.push(...this.outcomes)
    if (this.inboxNext === undefined) {
      records.push(...this.messages)
      return { records }
    }
    const last = records.at(-1) as OpenRecord | undefined
    if (last) last.headers[header.inbox] = String(this.inboxNext)
    records.push(...this.messages)
    return { records, consumed: { group, offsets: [{ topic: inboxTopic, partition, offset: this.inboxNext }] } }
  }
}

/** About what the headers of a record take; only the bound of a batch depends on it. */
const headerBytes = 200

function sizeOf(record: NewRecord): number {
  return record.key.length + (record.value?.length ?? 0) + headerBytes
}
