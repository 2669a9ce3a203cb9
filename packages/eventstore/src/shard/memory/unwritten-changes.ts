import { type EventEnvelope, eventId } from '../../records/event-record.js'
import type { Checkpoint } from '../../state/checkpoint.js'
import type { DecidedCommand } from '../../state/decided-command.js'
import type { IndexedEvents } from '../../state/stream-index.js'
import type { LiveStream } from './live-stream.js'

/** Committed changes that the state store does not have yet. */
export class UnwrittenChanges {
  readonly states = new Map<LiveStream, { readonly version: number; readonly state: object; readonly batches: number }>()
  decided: DecidedCommand[] = []
  readonly events = new Map<LiveStream, IndexedEvents & { readonly offsets: number[] }>()
  lastEvent: Checkpoint['lastEvent']

  get isEmpty(): boolean {
    return this.states.size === 0 && this.decided.length === 0
  }

  addEvent(stream: LiveStream, envelope: EventEnvelope, offset: number): void {
    const run = this.events.get(stream)
    if (run) run.offsets.push(offset)
    else this.events.set(stream, { participant: envelope.stream.participant, id: envelope.stream.id, first: envelope.version, offsets: [offset] })
    this.lastEvent = { offset, id: eventId(envelope) }
  }

  clear(): void {
    this.states.clear()
    this.decided = []
    this.events.clear()
  }
}
