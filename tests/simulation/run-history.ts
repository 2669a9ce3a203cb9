import { appTopics, header, type LogRecord, readEvents, readOutcomes, ShardModel, type StoredEvent, type StoredOutcome } from '@ottla/eventstore'
import { MemoryLog } from '@ottla/testing'
import { bankCodec } from './bank-codec.js'
import { app, participants } from './bank-node.js'
import type { BankRun } from './bank-run.js'
import { committedRecords, topics } from './progress.js'

/** Everything in the log after a run, read by somebody who took no part in it. */
export interface RunHistory {
  readonly run: BankRun
  readonly events: readonly StoredEvent[]
  readonly outcomes: readonly StoredOutcome[]
  /** The records of each shard: events and outcomes as they are, and the inbox. */
  readonly shards: readonly { readonly events: readonly LogRecord[]; readonly outcomes: readonly LogRecord[]; readonly inbox: readonly LogRecord[] }[]
}

const readersClock = { now: () => Date.now(), after: () => () => {}, nextTurn: (task: () => void) => void setImmediate(task) }

export async function readHistory(run: BankRun): Promise<RunHistory> {
  const { broker } = run
  if (!broker.topics.has(appTopics(app).events)) return { run, events: [], outcomes: [], shards: [] }
  const log = new MemoryLog(broker, readersClock)
  const history = { app, log, codec: bankCodec, model: new ShardModel(participants(bankCodec)) }
  const events: StoredEvent[] = []
  const outcomes: StoredOutcome[] = []
  for await (const event of readEvents(history)) events.push(event)
  for await (const outcome of readOutcomes(history)) outcomes.push(outcome)
  const [eventRecords, outcomeRecords, inbox] = [topics.events, topics.outcomes, topics.commands].map(topic => committedRecords(broker, topic))
  const shards = (eventRecords ?? []).map((records, shard) => ({ events: records, outcomes: outcomeRecords?.[shard] ?? [], inbox: inbox?.[shard] ?? [] }))
  return { run, events, outcomes, shards }
}

/** The inbox position that a record's transaction committed, if it did. */
export function inboxPositionOf({ headers }: LogRecord): number | undefined {
  const position = headers[header.inbox]
  return position === undefined ? undefined : Number(position)
}
