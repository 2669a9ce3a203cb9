import type { PendingDecision } from '../memory/pending-decision.js'
import type { ShardMessage } from '../messages/shard-message.js'
import { reasonOf } from './reason-of.js'

/** The outcome of a message that could not be decided, as it is recorded for the participant, which it leaves at this version. */
export function failedMessage(participant: string, message: ShardMessage, version: number, at: number, error: unknown): PendingDecision['command'] {
  const type = message.kind === 'command' || message.kind === 'event' ? message.definition.name : message.kind === 'unreadable' ? message.type : message.kind
  return { participant, key: message.key, id: message.id, type, fingerprint: '', outcome: 'failed', from: version, to: version, at, ...reasonOf(error) }
}
