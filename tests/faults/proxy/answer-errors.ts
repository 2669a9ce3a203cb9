import type { ApiName } from './protocol-frames.js'

/** Kafka's numbers for a producer that a newer one with its transactional id has shut out. */
const fencedCodes = new Set([47, 90])
/** The producer's transaction is not open any more: the broker has aborted it. */
const invalidTransactionState = 48

/** What an answer of a broker says about transactions. */
export interface TransactionNews {
  /** A producer with a transactional id has got a new epoch: a shard was taken over. */
  readonly opened?: boolean
  readonly fenced?: boolean
  readonly committed?: boolean
  readonly timedOut?: boolean
}

/** Reads the error of an answer about transactions. The versions are those without tagged fields, which kafkajs speaks; others say nothing. */
export function newsOf(api: ApiName, version: number, request: Buffer, answer: Buffer): TransactionNews {
  const code = errorOf(api, version, answer)
  if (code === undefined) return {}
  if (fencedCodes.has(code)) return { fenced: true }
  if (code === invalidTransactionState) return { timedOut: true }
  if (code !== 0) return {}
  if (api === 'EndTxn') return { committed: isCommit(request) }
  return api === 'InitProducerId' && isTransactional(request) ? { opened: true } : {}
}

/** After length and correlation id: most answers begin with 4 bytes of throttle time. */
function errorOf(api: ApiName, version: number, answer: Buffer): number | undefined {
  if (api === 'EndTxn' || api === 'AddOffsetsToTxn') return version <= 2 ? answer.readInt16BE(12) : undefined
  if (api === 'InitProducerId') return version <= 1 ? answer.readInt16BE(12) : undefined
  if (api === 'AddPartitionsToTxn' || api === 'TxnOffsetCommit') return version <= 2 ? firstPartitionError(answer, 12) : undefined
  return api === 'Produce' && version <= 8 ? firstPartitionError(answer, 8) : undefined
}

/** Of a list of topics, each with a list of partitions that begin with number and error. */
function firstPartitionError(answer: Buffer, at: number): number | undefined {
  if (answer.readInt32BE(at) < 1) return undefined
  const partitions = at + 4 + 2 + answer.readInt16BE(at + 4)
  return answer.readInt32BE(partitions) < 1 ? undefined : answer.readInt16BE(partitions + 8)
}

/** After length, key, version and correlation id comes the client's id, then the request: here a transactional id, which may be null. */
function bodyOf(request: Buffer): number {
  return 14 + Math.max(0, request.readInt16BE(12))
}

function isTransactional(request: Buffer): boolean {
  return request.readInt16BE(bodyOf(request)) > 0
}

/** EndTxn: transactional id, producer id, epoch, then whether to commit. */
function isCommit(request: Buffer): boolean {
  const body = bodyOf(request)
  return request.readInt8(body + 2 + request.readInt16BE(body) + 8 + 2) === 1
}
