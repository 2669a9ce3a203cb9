/** What a fetched record says of its transaction; kafkajs gives it with every record. */
export interface FetchedMessage {
  readonly offset: string
  /** A commit or abort marker. */
  readonly isControlRecord: boolean
  /** Of a marker: version and type, two bytes each; type 0 is an abort. */
  readonly key: Buffer | null
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
}

/** A transaction that was aborted, as the broker lists it with a fetch. */
export interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}

const abort = 0

/**
 * The messages of one fetched partition without the records of aborted transactions; markers stay. This is what Java's consumer does, and what
 * kafkajs 2.2.4 gets wrong (its `filterAbortedMessages` begins one aborted transaction per record, in the broker's order, which is that of completion,
 * and takes any record whose key is four zero bytes for an abort marker).
 *
 * Two transactions of one producer never overlap, so a producer's id in the set is enough: its abort marker takes it out again.
 */
export function withoutAborted<M extends FetchedMessage>(messages: readonly M[], aborted: readonly AbortedTransaction[] | null | undefined): readonly M[] {
  if (!aborted?.length) return messages
  const waiting = aborted.map(({ producerId, firstOffset }) => ({ producerId, first: Number(firstOffset) })).sort((a, b) => a.first - b.first)
  const open = new Set<string>()
  let next = 0
  return messages.filter(message => {
    const offset = Number(message.offset)
    for (; next < waiting.length && (waiting[next] as { first: number }).first <= offset; next++) open.add((waiting[next] as { producerId: string }).producerId)
    const { producerId, inTransaction } = message.batchContext
    if (!message.isControlRecord) return !(inTransaction && open.has(producerId))
    if (isAbort(message)) open.delete(producerId)
    return true
  })
}

function isAbort({ key }: FetchedMessage): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === abort
}
