import { type Clock, systemClock } from '@ottla/core'
import type { LogMember, MemberOptions } from '../../log/log.js'
import type { KafkaClient } from '../client/kafka-client.js'
import { KafkaMember } from './kafka-member.js'

/** How long a member may need for its place in the group, in milliseconds: a rebalance in which others do not come back, and some more. */
const patience = 30_000

export interface JoinOptions {
  /** Called with the member when it begins to join: leaving ends that, too. */
  readonly begun?: (member: LogMember) => void
  /** Called once, when the member has left or died. */
  readonly ended?: (member: LogMember) => void
  /** Default: the machine's. */
  readonly clock?: Clock
}

/**
 * Joins a group, with connections of its own. Resolves when the first assignment is under way. Rejects with TOPIC_UNKNOWN, LOG_FORBIDDEN, and with
 * LOG_UNAVAILABLE when there is no place in the group within half a minute; with LOG_CLOSED when it is left meanwhile.
 */
export async function joinMember(
  client: KafkaClient,
  options: MemberOptions,
  { begun, ended = () => {}, clock = systemClock }: JoinOptions = {},
): Promise<LogMember> {
  const member = new KafkaMember(client, options, clock, ended)
  begun?.(member)
  await member.join(patience)
  return member
}
