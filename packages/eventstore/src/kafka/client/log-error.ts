import { isOttlaError, type OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import { code, ProtocolFailure, protocolCode } from './protocol-failure.js'
import { tlsFailure } from './tls-failure.js'

/** What was being done when the error came. */
export interface Attempt {
  /** The brokers' addresses. */
  readonly log: string
  readonly operation: string
  readonly topic?: string
  readonly partition?: number
  /** The group or the transactional id that it is about. */
  readonly resource?: string
  readonly bytes?: number
  readonly limit?: number
}

/** One of Ottla's errors for what a broker or kafkajs told: LOG_FORBIDDEN, LOG_UNTRUSTED, TOPIC_UNKNOWN, RECORD_TOO_LARGE, and LOG_UNAVAILABLE for everything else. */
export function logError(error: unknown, attempt: Attempt): OttlaError {
  if (isOttlaError(error)) return error
  const place = error instanceof ProtocolFailure ? error.place : {}
  const { log, operation, topic, partition, bytes, limit, resource } = { ...attempt, ...place }
  const options = { cause: error }
  const told = describe(error, operation)
  switch (protocolCode(error)) {
    case code.topicForbidden:
      return eventstoreErrors.create('LOG_FORBIDDEN', { operation, resource: `topic ${topic}`, error: told }, options)
    case code.groupForbidden:
      return eventstoreErrors.create('LOG_FORBIDDEN', { operation, resource: `group ${resource}`, error: told }, options)
    case code.transactionalIdForbidden:
      return eventstoreErrors.create('LOG_FORBIDDEN', { operation, resource: `transactional id ${resource}`, error: told }, options)
    case code.clusterForbidden:
      return eventstoreErrors.create('LOG_FORBIDDEN', { operation, resource: 'the cluster', error: told }, options)
    case code.unknownTopicOrPartition:
      return eventstoreErrors.create('TOPIC_UNKNOWN', { topic, partition: partition ?? 0 }, options)
    case code.messageTooLarge:
    case code.recordListTooLarge:
      return eventstoreErrors.create('RECORD_TOO_LARGE', { bytes, topic, partition, limit: limit ?? "topic's max.message.bytes" }, options)
    case code.saslMechanismUnsupported:
      return eventstoreErrors.create('LOG_FORBIDDEN', { operation: 'the login', resource: log, error: told }, options)
    default:
  }
  if (isLogin(error)) return eventstoreErrors.create('LOG_FORBIDDEN', { operation: 'the login', resource: log, error: told }, options)
  const untrusted = tlsFailure(error)
  if (untrusted !== undefined) return eventstoreErrors.create('LOG_UNTRUSTED', { log, error: untrusted }, options)
  return eventstoreErrors.create('LOG_UNAVAILABLE', { log, error: `${operation}: ${told}` }, options)
}

function isLogin(error: unknown): boolean {
  const { name, cause } = error as { name?: string; cause?: unknown }
  return name === 'KafkaJSSASLAuthenticationError' || (cause instanceof Error && isLogin(cause))
}

function describe(error: unknown, operation: string): string {
  if (!(error instanceof Error)) return String(error)
  // All that a broker does with the first request of a client that should have come with TLS or a login.
  return operation === 'connecting' && isClosed(error) ? `${error.message}; is the broker going down, or does it want TLS or a login?` : error.message
}

function isClosed({ name, cause }: Error): boolean {
  return name === 'KafkaJSConnectionClosedError' || (cause instanceof Error && isClosed(cause))
}
