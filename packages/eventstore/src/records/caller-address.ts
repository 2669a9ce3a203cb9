import type { RecordHeaders } from '../log/log.js'
import { header } from './headers.js'
import { replyPartitions } from './topics.js'

/** Where the outcome of a command goes that came through the inbox: to a node that waits for it. */
export interface CallerAddress {
  /** The node's id, drawn when it started. */
  readonly node: string
  /** The partition of the replies that it reads. */
  readonly partition: number
  /** Which of its calls waits, and the how manieth attempt at it this is. */
  readonly call: number
  readonly attempt: number
  /** When it stops waiting, in milliseconds since 1970 by its own clock. */
  readonly deadline: number
}

/** The headers that carry the address with a command. */
export function callerHeaders({ node, partition, call, attempt, deadline }: CallerAddress): RecordHeaders {
  return {
    [header.caller]: node,
    [header.callerPartition]: String(partition),
    [header.call]: String(call),
    [header.attempt]: String(attempt),
    [header.deadline]: String(deadline),
  }
}

/** The address that a command carries, or undefined where nobody waits. */
export function callerAddress(headers: RecordHeaders): CallerAddress | undefined {
  const node = headers[header.caller]
  if (!node) return undefined
  const [partition, call, attempt, deadline] = [header.callerPartition, header.call, header.attempt, header.deadline].map(name => Number(headers[name]))
  if (![partition, call, attempt, deadline].every(Number.isSafeInteger)) return undefined
  if ((partition as number) < 0 || (partition as number) >= replyPartitions) return undefined
  return { node, partition: partition as number, call: call as number, attempt: attempt as number, deadline: deadline as number }
}
