import type { Answer } from '../bank/protocol.js'
import type { AskedCommand, History, LoggedRecord } from './history.js'

const app = 'bank'
const shards = 2

/** Changes of a history that kept every promise: what a violating run would have left. */
export interface Changes {
  readonly records?: (records: LoggedRecord[]) => readonly LoggedRecord[]
  readonly commands?: (commands: AskedCommand[]) => readonly AskedCommand[]
  readonly history?: (history: History) => Partial<History>
}

/**
 * Two accounts in shard 0 and 1; a transfer that completed and one that was compensated, both in shard 1; a withdrawal that was refused. Offset 3 of events 0
 * is a commit marker, as on Kafka.
 */
export function goodHistory(changes: Changes = {}): History {
  const records = changes.records?.(goodRecords()) ?? goodRecords()
  const commands = changes.commands?.(goodCommands()) ?? goodCommands()
  const ends = ['commands', 'events', 'outcomes'].flatMap(topic =>
    Array.from({ length: shards }, (_, partition) => ({ topic: `${app}.${topic}`, partition, begin: 0, stable: 100, end: 100 })),
  )
  const committed = Array.from({ length: shards }, (_, partition) => ({ topic: `${app}.commands`, partition, offset: 5 }))
  const balances = [
    { account: 'a', balance: 60, changes: 4 },
    { account: 'b', balance: 40, changes: 1 },
  ]
  const history: History = { app, topics: { records, ends, committed }, commands, views: [{ node: 'node-1', balances, differences: [] }], breakdowns: [] }
  return { ...history, ...changes.history?.(history) }
}

function goodRecords(): LoggedRecord[] {
  return [
    event(0, 0, 10, 'account', 'a', 1, 'd1', 'bank.Deposited', { amount: 100, transfer: '' }),
    event(0, 1, 20, 'account', 'a', 2, 'w1', 'bank.Withdrawn', { amount: 40, transfer: 't1' }, { inbox: '2' }),
    event(0, 2, 40, 'account', 'a', 3, 'w2', 'bank.Withdrawn', { amount: 30, transfer: 't2' }, { inbox: '4' }),
    event(0, 4, 60, 'account', 'a', 4, 'g2', 'bank.GivenBack', { amount: 30, transfer: 't2' }, { inbox: '5' }),
    event(1, 0, 15, 'transfer', 't1', 1, 'c1', 'bank.TransferStarted', { transfer: 't1', amount: 40 }),
    event(1, 1, 15, 'move-money', 't1', 1, 'c1/0', 'ottla.saga.SagaStarted'),
    event(1, 2, 25, 'account', 'b', 1, 'p1', 'bank.Deposited', { amount: 40, transfer: 't1' }, { inbox: '3' }),
    event(1, 3, 30, 'transfer', 't1', 2, 'e1', 'bank.TransferEnded', { transfer: 't1', how: 'completed' }),
    event(1, 4, 30, 'move-money', 't1', 2, 'e1', 'ottla.saga.SagaCompleted'),
    event(1, 5, 35, 'transfer', 't2', 1, 'c2', 'bank.TransferStarted', { transfer: 't2', amount: 30 }),
    event(1, 6, 35, 'move-money', 't2', 1, 'c2/0', 'ottla.saga.SagaStarted'),
    event(1, 7, 70, 'transfer', 't2', 2, 'e2', 'bank.TransferEnded', { transfer: 't2', how: 'compensated' }, { inbox: '5' }),
    event(1, 8, 70, 'move-money', 't2', 2, 'e2', 'ottla.saga.SagaCompensated'),
    outcome(0, 0, 50, 'account', 'a', 3, 'x1', 'rejected'),
  ]
}

function goodCommands(): AskedCommand[] {
  return [
    { id: 'd1', type: 'Deposit', fields: { account: 'a', amount: 100, transfer: '' }, answers: [accepted('d1', 1), accepted('d1', 1)] },
    { id: 'c1', type: 'Transfer', fields: { transfer: 't1', from: 'a', to: 'b', amount: 40 }, answers: [accepted('c1', 1)] },
    { id: 'c2', type: 'Transfer', fields: { transfer: 't2', from: 'a', to: 'closed', amount: 30 }, answers: [accepted('c2', 1)] },
    {
      id: 'x1',
      type: 'Withdraw',
      fields: { account: 'a', amount: 500, transfer: '' },
      answers: [{ id: 'x1', outcome: 'rejected', version: 3, events: 0, code: 'overdrawn' }],
    },
  ]
}

export function accepted(id: string, version: number): Answer {
  return { id, outcome: 'accepted', version, events: 1 }
}

export function event(
  partition: number,
  offset: number,
  timestamp: number,
  stream: string,
  key: string,
  version: number,
  command: string,
  type: string,
  fields: LoggedRecord['fields'] = {},
  more: LoggedRecord['headers'] = {},
): LoggedRecord {
  return { topic: `${app}.events`, partition, offset, timestamp, key, headers: { stream, version: String(version), command, type, ...more }, fields }
}

export function outcome(
  partition: number,
  offset: number,
  timestamp: number,
  stream: string,
  key: string,
  version: number,
  command: string,
  how: string,
): LoggedRecord {
  return { topic: `${app}.outcomes`, partition, offset, timestamp, key, headers: { stream, version: String(version), command, outcome: how }, fields: {} }
}

export function message(partition: number, offset: number): LoggedRecord {
  return { topic: `${app}.commands`, partition, offset, timestamp: 99, key: 'a', headers: { message: 'command' }, fields: {} }
}
