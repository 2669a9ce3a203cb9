import { expect, test } from 'vitest'
import { timeOrderedIds } from './ids.js'

test('ids are UUIDs of version 7', () => {
  for (let round = 0; round < 1000; round++) expect(timeOrderedIds.next()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('ids begin with the time, so that later ones sort after earlier ones', () => {
  const before = Date.now()
  const id = timeOrderedIds.next()
  const after = Date.now()
  const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  expect(time).toBeGreaterThanOrEqual(before)
  expect(time).toBeLessThanOrEqual(after)
  while (Date.now() <= after);
  expect(timeOrderedIds.next() > id).toBe(true)
})

test('ids are unique', () => {
  expect(new Set(Array.from({ length: 50_000 }, () => timeOrderedIds.next())).size).toBe(50_000)
})
