import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { type AbortedTransaction, type FetchedMessage, withoutAborted } from './aborted-records.js'

/** What a partition holds: `a1` a record of producer a, `a+` its commit marker, `a-` its abort marker, `plain` a record without transaction. */
const cases: readonly (readonly [name: string, log: string, aborted: string, committed: string])[] = [
  ['a committed transaction', 'a1 a2 a+', '', 'a1 a2'],
  ['an aborted transaction', 'a1 a2 a-', 'a0', ''],
  ['an aborted one, then a committed one of the same producer', 'a1 a- a2 a+', 'a0', 'a2'],
  ['a committed one, then an aborted one of the same producer', 'a1 a+ a2 a-', 'a2', 'a1'],
  ['two aborted ones of the same producer', 'a1 a- a2 a-', 'a0 a2', ''],
  ['records without transaction inside an aborted one', 'a1 plain a2 plain a-', 'a0', 'plain plain'],
  ['an aborted one inside a committed one', 'a1 b1 b2 b- a2 a+', 'b1', 'a1 a2'],
  ['a committed one inside an aborted one', 'a1 b1 b+ a2 a-', 'a0', 'b1'],
  ['two aborted ones that overlap', 'a1 b1 a2 b2 a- b-', 'a0 b1', ''],
  ['two aborted ones, of which the later one ends first', 'a1 b1 a2 b2 b- a3 a-', 'b1 a0', ''],
  ['three that begin one after another, listed as they end', 'a1 b1 c1 a2 b2 c2 c- b- a3 a-', 'c2 b1 a0', ''],
  ['two that begin at neighbouring offsets before one record', 'a1 b1 b- c1 c- a2 a- d1 d+', 'b1 c3 a0', 'd1'],
  ['one whose abort marker is in a later fetch', 'a1 b1 b+ a2', 'a0', 'b1'],
  ['one that began in an earlier fetch', 'a2 b1 a- b+ a3 a+', 'a-5', 'b1 a3'],
  ['an empty aborted one after a committed one', 'a1 a+ a- b1 b+', '', 'a1 b1'],
]

test.each(cases)('%s', (_, log, aborted, committed) => {
  expect(shown(withoutAborted(messages(log), transactions(aborted)))).toBe(committed)
})

test.each(cases)('%s, with keys that look like abort markers', (_, log, aborted, committed) => {
  const disguised = messages(log).map(message => (message.isControlRecord ? message : { ...message, key: Buffer.alloc(4) }))
  expect(shown(withoutAborted(disguised, transactions(aborted)))).toBe(committed)
})

test('kafkajs’s own filter gives aborted records for some of these', () => {
  const path = createRequire(import.meta.url).resolve('kafkajs/src/consumer/filterAbortedMessages.js')
  const original = createRequire(import.meta.url)(path) as (fetched: object) => FetchedMessage[]
  const wrong = cases.filter(
    ([, log, aborted, committed]) => shown(original({ messages: messages(log), abortedTransactions: transactions(aborted) })) !== committed,
  )
  expect(wrong.map(([name]) => name)).toContain('two aborted ones, of which the later one ends first')
})

type Named = FetchedMessage & { readonly name: string }

function messages(log: string): Named[] {
  return log.split(' ').map((name, offset) => {
    const isControlRecord = /[+-]$/.test(name)
    const key = isControlRecord ? Buffer.from([0, 0, 0, name.endsWith('+') ? 1 : 0]) : null
    return { name, offset: `${offset}`, isControlRecord, key, batchContext: { producerId: name.charAt(0), inTransaction: name !== 'plain' } }
  })
}

function transactions(text: string): AbortedTransaction[] {
  return text === '' ? [] : text.split(' ').map(entry => ({ producerId: entry.charAt(0), firstOffset: entry.slice(1) }))
}

function shown(found: readonly FetchedMessage[]): string {
  return found
    .filter(({ isControlRecord }) => !isControlRecord)
    .map(message => (message as Named).name)
    .join(' ')
}
