import { eventstoreErrors } from '../../eventstore-errors.js'
import type { AbortedTransaction, FetchedMessage } from './aborted-records.js'

/** kafkajs's batch: what a consumer is given of one fetched partition. */
type BatchClass = new (
  topic: string,
  fetchedOffset: string,
  data: { partition: number; highWatermark: string; messages: readonly FetchedMessage[]; abortedTransactions: readonly AbortedTransaction[] },
) => { readonly messages: readonly FetchedMessage[] }

/**
 * Throws KAFKA_CLIENT_UNSAFE unless a batch of this class shows committed records only, where the transactions of three producers interleave, the
 * broker lists the aborted ones by their completion, and a record's key is four zero bytes.
 */
export function requireCommittedOnly(Batch: BatchClass): void {
  const messages = [
    record(0, 'a'),
    record(1, 'b'),
    record(2, 'a', Buffer.alloc(4)),
    record(3, 'c'),
    record(4, 'b'),
    marker(5, 'b', 0),
    record(6, 'a'),
    marker(7, 'a', 0),
  ]
  messages.push(marker(8, 'c', 1), record(9, 'a'), record(10, 'b'), marker(11, 'a', 1), record(12, 'b'), marker(13, 'b', 0))
  const abortedTransactions = [
    { producerId: 'b', firstOffset: '1' },
    { producerId: 'a', firstOffset: '0' },
    { producerId: 'b', firstOffset: '10' },
  ]
  const batch = new Batch('self-test', '0', { partition: 0, highWatermark: '14', messages, abortedTransactions })
  const seen = batch.messages.map(({ offset }) => offset).join()
  if (seen !== '3,9') throw eventstoreErrors.create('KAFKA_CLIENT_UNSAFE', { seen })
}

function record(offset: number, producerId: string, key: Buffer | null = null): FetchedMessage {
  return { offset: `${offset}`, isControlRecord: false, key, batchContext: { producerId, inTransaction: true } }
}

function marker(offset: number, producerId: string, type: 0 | 1): FetchedMessage {
  return { ...record(offset, producerId, Buffer.from([0, 0, 0, type])), isControlRecord: true }
}
