import { expect, it } from 'vitest'
import { accepted, type Changes, event, goodHistory, message } from './history.fixture.js'
import type { LoggedRecord } from './history.js'
import { checks, violations } from './violations.js'

type Name = keyof typeof checks

const seen = new Set<Name>()

/** The checks that find something in this history. */
function found(changes: Changes): Name[] {
  const history = goodHistory(changes)
  const names = (Object.keys(checks) as Name[]).filter(name => checks[name](history).length > 0)
  for (const name of names) seen.add(name)
  return names
}

const at = (partition: number, offset: number) => (record: LoggedRecord) =>
  record.topic === 'bank.events' && record.partition === partition && record.offset === offset
const without = (partition: number, offset: number) => (records: LoggedRecord[]) => records.filter(record => !at(partition, offset)(record))
const changed = (partition: number, offset: number, change: Partial<LoggedRecord>) => (records: LoggedRecord[]) =>
  records.map(record => (at(partition, offset)(record) ? { ...record, ...change, headers: { ...record.headers, ...change.headers } } : record))

it('a history that kept every promise has no violation', () => {
  expect(violations(goodHistory())).toEqual([])
})

it('an acknowledged command that the log does not have is lost', () => {
  const lost = { id: 'd2', type: 'Deposit', fields: { account: 'a', amount: 0, transfer: '' }, answers: [accepted('d2', 5)] } as const
  expect(found({ commands: commands => [...commands, lost] })).toEqual(['I1 no answer is lost'])
})

it('an answer with another version, outcome or number of events than the log has is lost', () => {
  const wrong = [{ version: 2 }, { events: 2 }, { outcome: 'rejected' as const, code: 'overdrawn' }]
  for (const change of wrong) {
    const commands: Changes['commands'] = all =>
      all.map(command => (command.id === 'c1' ? { ...command, answers: [{ ...accepted('c1', 1), ...change }] } : command))
    expect(found({ commands })).toEqual(['I1 no answer is lost'])
  }
})

it('a command without an answer is an unknown fate', () => {
  expect(found({ commands: all => all.map(command => (command.id === 'c1' ? { ...command, answers: [] } : command)) })).toEqual(['I1 no fate stays unknown'])
})

it('another answer to the same id is told', () => {
  const commands: Changes['commands'] = all =>
    all.map(command => (command.id === 'd1' ? { ...command, answers: [accepted('d1', 1), accepted('d1', 9)] } : command))
  expect(found({ commands })).toContain('I1 answers stay the same')
})

it('a command that left events twice was decided twice', () => {
  const again = event(0, 5, 80, 'account', 'a', 5, 'w1', 'bank.Withdrawn', { amount: 0, transfer: 't1' }, { inbox: '5' })
  expect(found({ records: records => [...records, again] })).toContain('I1 nothing is decided twice')
})

it('a command with an event and an outcome was decided twice', () => {
  const records: Changes['records'] = all => all.map(record => (record.headers.outcome ? { ...record, headers: { ...record.headers, command: 'w1' } } : record))
  expect(found({ records, commands: all => all.filter(({ id }) => id !== 'x1') })).toEqual(['I1 nothing is decided twice'])
})

it('a missing version, a repeated one and one that an outcome made up are told', () => {
  expect(found({ records: without(0, 2) })).toContain('I2 versions have no gap')
  expect(found({ records: changed(0, 2, { headers: { version: '2' } }) })).toContain('I2 versions have no gap')
  const records: Changes['records'] = all => all.map(record => (record.headers.outcome ? { ...record, headers: { ...record.headers, version: '7' } } : record))
  expect(found({ records })).toContain('I2 outcomes name versions that exist')
})

it('an inbox record at or above the committed offset is undecided', () => {
  expect(found({ records: records => [...records, message(0, 5)] })).toEqual(['I3 the inbox is decided to its end'])
  expect(found({ records: records => [...records, message(0, 4)] })).toEqual([])
})

it('a decision beyond the committed offset, or records deleted above it, are told', () => {
  expect(found({ records: changed(1, 7, { headers: { inbox: '6' } }) })).toEqual(['I3 the inbox is decided to its end'])
  const history: Changes['history'] = ({ topics }) => ({
    topics: { ...topics, ends: topics.ends.map(end => ({ ...end, begin: end.topic === 'bank.commands' ? 6 : 0 })) },
  })
  expect(found({ history })).toEqual(['I3 the inbox is decided to its end'])
})

it('an inbox position that goes back is told', () => {
  expect(found({ records: changed(0, 4, { headers: { inbox: '3' } }) })).toEqual(['I4 the inbox never goes back'])
})

it('a view that lost an event, or differs from a fresh one, is told', () => {
  const view = { node: 'node-1', balances: [{ account: 'a', balance: 100, changes: 3 }], differences: [] }
  expect(found({ history: () => ({ views: [view] }) })).toEqual(['I6 views are what the log says'])
  expect(found({ history: ({ views }) => ({ views: views.map(right => ({ ...right, differences: ['a row'] })) }) })).toEqual(['I6 views are what the log says'])
})

it('an account that goes below zero for a moment is overdrawn', () => {
  const records = changed(0, 2, { fields: { amount: 70, transfer: 't2' } })
  expect(found({ records })).toContain('I7 no account is overdrawn')
})

it('money that comes from nowhere for a moment is told, also when it is right again in the end', () => {
  expect(found({ records: changed(1, 2, { timestamp: 18 }) })).toEqual(['I7 money is kept at any moment'])
  expect(found({ records: changed(0, 1, { fields: { amount: 39, transfer: 't1' } }) })).toContain('I7 money is kept at any moment')
})

it('a deposit that no client was told of is told', () => {
  const secret = event(0, 5, 80, 'account', 'a', 5, 'd9', 'bank.Deposited', { amount: 5, transfer: '' })
  expect(found({ records: records => [...records, secret] })).toContain('I7 money is what clients were told')
})

it('a saga that did not end, ended twice, was parked or never began is told', () => {
  const every = ['I7 every saga ends']
  expect(found({ records: without(1, 4) })).toEqual(every)
  expect(found({ records: changed(1, 4, { headers: { type: 'ottla.saga.SagaParked' } }) })).toEqual(every)
  expect(found({ records: records => [...records, event(1, 9, 90, 'move-money', 't1', 3, 'z', 'ottla.saga.SagaCompensated')] })).toEqual(every)
  expect(found({ records: records => [...records, event(1, 9, 90, 'transfer', 't3', 1, 'z', 'bank.TransferStarted', { transfer: 't3', amount: 1 })] })).toEqual(
    every,
  )
})

it('a saga that ended otherwise than its money went is told', () => {
  expect(found({ records: without(0, 4) })).toContain('I7 every saga ends')
  expect(found({ records: changed(0, 4, { timestamp: 38 }) })).toContain('I7 every saga ends')
})

it('a transaction that was left open is told', () => {
  const history: Changes['history'] = ({ topics }) => ({ topics: { ...topics, ends: topics.ends.map(end => ({ ...end, stable: 99 })) } })
  expect(found({ history })).toEqual(['I8 no transaction stays open'])
})

it('an unhandled rejection or an exit that nobody asked for is told', () => {
  expect(found({ history: () => ({ breakdowns: [{ node: 'node-1', message: 'unhandled rejection' }] }) })).toEqual(['I9 nothing breaks down'])
})

it('every check has been seen to fail here', () => {
  expect(Object.keys(checks).filter(name => !seen.has(name as Name))).toEqual([])
})

it('a violation is told with the record and its neighbours', () => {
  const told = violations(goodHistory({ records: changed(0, 2, { headers: { version: '2' } }) }))
  expect(told[0]).toBe('I2 versions have no gap: account/a has version 2 where 3 was due')
  expect(told.filter(text => text.startsWith('  '))).toHaveLength(4)
  expect(told.find(text => text.startsWith('  > '))).toContain('bank.events/0@2')
})
