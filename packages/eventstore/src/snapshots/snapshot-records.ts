import { event, type MessageDefinition, messageDefinition, t, value } from '@ottla/core'
import type { NewRecord } from '../log/log.js'

/** The payload of an entry: one stream as its owner had it. Its record's key names the stream. */
export const SnapshotEntry = event('ottla.SnapshotEntry', {
  version: t.int,
  /** The declared version of the participant's state: code with another one makes the state anew from the events. */
  stateVersion: t.int,
  /** Text of the StateCodec; absent where the state is to be made from the stream's events, because it is too large or could not be read. */
  state: t.optional(t.string),
  deadline: t.optional(t.double),
  /** Why the stream is unavailable: an event of it cannot be read. */
  unreadable: t.optional(t.string),
})

/** A decided command as snapshots keep it; what the fields mean is said at `DecidedCommand`. */
export const SnapshotDecided = value('ottla.SnapshotDecided', {
  participant: t.string,
  key: t.string,
  id: t.string,
  type: t.string,
  fingerprint: t.string,
  outcome: t.enum('ottla.SnapshotOutcome', ['accepted', 'rejected', 'failed']),
  from: t.int,
  to: t.int,
  code: t.optional(t.string),
  details: t.optional(t.string),
  eventsEnd: t.double,
  outcomesEnd: t.double,
  at: t.double,
})

/** The payload of a part of the ids: commands that were decided within one hour. They are no part of the entries, so that a busy stream's are not written again and again. */
export const SnapshotIds = event('ottla.SnapshotIds', { decided: t.array(SnapshotDecided) })

/** The payload of the marker: all events and outcomes below its offsets are in the snapshot. Written when everything else of the snapshot is. */
export const SnapshotMarker = event('ottla.SnapshotMarker', {
  clusterId: t.string,
  /** Next offsets of the shard's events and outcomes, and the greatest inbox position that those commit. */
  events: t.double,
  outcomes: t.double,
  inbox: t.optional(t.double),
  /** The last event in the snapshot; another one at its offset means another log. */
  lastEventOffset: t.optional(t.double),
  lastEventId: t.optional(t.string),
  stateVersions: t.map(t.int),
  /** Offset of the snapshots topic from which on its records count. */
  from: t.double,
  /** How many parts of ids each hour has. */
  hours: t.map(t.int),
})

export const snapshotDefinitions: readonly MessageDefinition[] = [
  messageDefinition(SnapshotEntry),
  messageDefinition(SnapshotIds),
  messageDefinition(SnapshotMarker),
]

/** The key of a shard's marker. No stream has it: the name of a participant has at least one character. */
export const markerKey = '/'

/** The key of a stream's entry. The state's version is no part of it, so that a deployment leaves no entries behind that nobody replaces. */
export function entryKey(participant: string, id: string): string {
  return `${participant}/${id}`
}

/** The stream that a key names. */
export function streamOfKey(key: string): { readonly participant: string; readonly id: string } {
  const slash = key.indexOf('/')
  return { participant: key.slice(0, slash), id: key.slice(slash + 1) }
}

/** The key of part `part` of the ids decided in an hour; no stream has it. */
export function idsKey(hour: number, part: number): string {
  return `/ids/${hour}/${part}`
}

export function isIdsKey(key: string): boolean {
  return key.startsWith('/ids/')
}

/** The hour of a time in milliseconds since 1970. */
export function hourOf(time: number): number {
  return Math.floor(time / hourLength)
}

/** In milliseconds. */
export const hourLength = 60 * 60 * 1000

/** A record of a snapshots topic; without a value the key is to go. */
export function snapshotRecord(topic: string, partition: number, key: string, value: Uint8Array | null, timestamp: number): NewRecord {
  return { topic, partition, key, value, headers: {}, timestamp }
}
