import { isOttlaError } from '@ottla/core'
import { tlsFailure } from './tls-failure.js'

/** Codes of Kafka's protocol that decide what happens next. https://kafka.apache.org/protocol#protocol_error_codes */
export const code = {
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  requestTimedOut: 7,
  replicaNotAvailable: 9,
  messageTooLarge: 10,
  networkException: 13,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  recordListTooLarge: 18,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicForbidden: 29,
  groupForbidden: 30,
  clusterForbidden: 31,
  saslMechanismUnsupported: 33,
  topicExists: 36,
  outOfOrderSequence: 45,
  invalidProducerEpoch: 47,
  invalidTransactionState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  transactionalIdForbidden: 53,
  operationNotAttempted: 55,
  storageError: 56,
  saslAuthenticationFailed: 58,
  unknownProducerId: 59,
  groupNotFound: 69,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  producerFenced: 90,
  transactionAbortable: 120,
} as const

const names = new Map<number, string>(Object.entries(code).map(([name, value]) => [value, name.replace(/[A-Z]/g, '_$&').toUpperCase()]))

/** The answer is "not now" and nothing was done, or doing it again with the same sequence numbers does no harm. */
const transient: ReadonlySet<number> = new Set([
  code.unknownTopicOrPartition,
  code.leaderNotAvailable,
  code.notLeader,
  code.requestTimedOut,
  code.replicaNotAvailable,
  code.networkException,
  code.coordinatorLoading,
  code.coordinatorNotAvailable,
  code.notCoordinator,
  code.notEnoughReplicas,
  code.notEnoughReplicasAfterAppend,
  code.concurrentTransactions,
  code.storageError,
  code.fencedLeaderEpoch,
  code.unknownLeaderEpoch,
])

/** An error answer of a broker. It stays inside the Kafka log, which tells it as one of Ottla's errors. */
export class ProtocolFailure extends Error {
  override readonly name = 'ProtocolFailure'

  constructor(
    readonly operation: string,
    readonly code: number,
    readonly place: { readonly topic?: string; readonly partition?: number } = {},
  ) {
    super(`${operation}: ${nameOf(code)}`)
  }

  get isTransient(): boolean {
    return transient.has(this.code)
  }
}

/** The broker's error code where there is one: in what this log or kafkajs throws, in kafkajs's case perhaps as the cause. */
export function protocolCode(error: unknown): number | undefined {
  for (let current = error as (Error & { code?: unknown }) | undefined; current instanceof Error; current = causeOf(current) as typeof current) {
    if (current instanceof ProtocolFailure) return current.code
    // kafkajs knows codes up to 88; of others only the text has the number.
    const unknown = /Unknown error code (\d+)/.exec(current.message)
    if (unknown) return Number(unknown[1])
    if (typeof current.code === 'number' && 'type' in current) return current.code
  }
  return undefined
}

/** kafkajs's errors about several topics or partitions have the brokers' answers in lists of their own. */
function causeOf(error: Error): unknown {
  const { errors, partitions } = error as { errors?: readonly unknown[]; partitions?: readonly { readonly error?: unknown }[] }
  return error.cause ?? errors?.[0] ?? partitions?.[0]?.error
}

/** Whether trying again may help; an error without a broker's code is one of the connection. */
export function isTransient(error: unknown): boolean {
  if (isOttlaError(error)) return error.retriable
  const found = protocolCode(error)
  if (found !== undefined) return transient.has(found)
  return (error as { name?: string }).name !== 'KafkaJSSASLAuthenticationError' && tlsFailure(error) === undefined
}

function nameOf(value: number): string {
  return names.get(value) ?? `error ${value}`
}
