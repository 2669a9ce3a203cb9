import { isOttlaError } from '@ottla/core'
import type { EventEnvelope } from '../records/event-record.js'

/** What a text of `unreadableText` has in it where a newer node can read the stream. */
const newer = 'TYPE_UNKNOWN: '

/** Why a stream is unavailable: this event of it cannot be read or applied. Kept with its state. */
export function unreadableText({ type, version }: EventEnvelope, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return `its event ${type} with version ${version} cannot be applied (${isOttlaError(error, 'TYPE_UNKNOWN') ? reason : reason.replaceAll(newer, '')})`
}

/** Whether a stream is unavailable because a newer node has written an event of a type that this one does not know. */
export function awaitsNewerNode({ unreadable }: { readonly unreadable: string | undefined }): boolean {
  return unreadable?.includes(newer) === true
}
