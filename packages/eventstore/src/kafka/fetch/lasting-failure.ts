import { isOttlaError } from '@ottla/core'
import { code, protocolCode } from '../client/protocol-failure.js'

/** Codes of the protocol that say: not you, or not this way. */
const lastingCodes: ReadonlySet<number> = new Set([
  code.topicForbidden,
  code.groupForbidden,
  code.clusterForbidden,
  code.saslAuthenticationFailed,
  17, // INVALID_TOPIC_EXCEPTION
  23, // INCONSISTENT_GROUP_PROTOCOL
  24, // INVALID_GROUP_ID
  26, // INVALID_SESSION_TIMEOUT
  33, // UNSUPPORTED_SASL_MECHANISM
  35, // UNSUPPORTED_VERSION
  81, // GROUP_MAX_SIZE_REACHED
])

/** Errors of kafkajs without a code, and defects. */
const lastingNames = new Set(['KafkaJSSASLAuthenticationError', 'KafkaJSNotImplemented', 'KafkaJSServerDoesNotSupportApiKey', 'RangeError', 'ReferenceError'])

/**
 * Whether trying again is in vain: rights, credentials, versions, defects. Everything else (connections, leaders and coordinators that move, requests
 * without an answer) is tried again for ever. kafkajs's own `retriable` is not asked: it gives up when a coordinator is not found during a restart.
 */
export function isLasting(error: unknown): boolean {
  if (isOttlaError(error)) return !error.retriable
  if (!(error instanceof Error)) return true
  const found = protocolCode(error)
  return (found !== undefined && lastingCodes.has(found)) || lastingNames.has(error.name) || (error.cause instanceof Error && isLasting(error.cause))
}
