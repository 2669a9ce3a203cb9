import { expect, it } from 'vitest'
import { type Duration, parseDuration } from './duration.js'

it('reads time spans with a unit, and numbers as milliseconds', () => {
  const spans: Duration[] = [250, '500ms', '30s', '1.5m', '2h', '1d']
  expect(spans.map(parseDuration)).toEqual([250, 500, 30_000, 90_000, 7_200_000, 86_400_000])
})

it.each(['', 's', '30x', '-1s', 0, -5, Number.NaN, Number.POSITIVE_INFINITY, '1e3s'])('does not take %o for a time span', wrong => {
  expect(parseDuration(wrong as Duration)).toBeUndefined()
})
