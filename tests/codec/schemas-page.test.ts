import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProblems, type MessageClass, messageDefinition, t } from '@ottla/core'
import { expect, test } from 'vitest'
import { pageClasses } from './schemas-page.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/schemas.md'), 'utf8')

test('the code of docs/reference/schemas.md compiles and works', () => {
  const code = readFileSync(join(import.meta.dirname, 'schemas-page.ts'), 'utf8')
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block as string)
  expect(blocks.length).toBeGreaterThan(1)
  for (const block of blocks) expect(code).toContain(block)
  const [CardPayment, , OrderPaid] = pageClasses
  const paid = new OrderPaid({ orderId: '0189d2d5-7f6a-7c31-8a5e-0123456789ab', payment: new CardPayment({ card: 'x' }), paidAt: 0n })
  expect(paid.currency).toBe('EUR')
  for (const each of pageClasses) expect(findProblems(messageDefinition(each as MessageClass), {}).length).toBeLessThan(4)
})

test('docs/reference/schemas.md has every type of t', () => {
  const missing = Object.keys(t).filter(name => !new RegExp(`\\b${name}\\b`).test(page))
  expect(missing).toEqual([])
})
