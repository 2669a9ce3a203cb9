import { expect, test } from 'vitest'
import { dateOfDays, daysOfDate } from './calendar-date.js'

test('days are those of the calendar that Date has, four hundred years around', () => {
  for (let days = -150_000; days <= 150_000; days += 1) {
    const date = new Date(days * 86_400_000).toISOString().slice(0, 10)
    expect(dateOfDays(days)).toBe(date)
    expect(daysOfDate(date)).toBe(days)
  }
})

test('the first and the last day are those that Java’s LocalDate gives 32 bits', () => {
  expect(dateOfDays(2 ** 31 - 1)).toBe('+5881580-07-11')
  expect(dateOfDays(-(2 ** 31))).toBe('-5877641-06-23')
  expect(daysOfDate('+5881580-07-11')).toBe(2 ** 31 - 1)
  expect(daysOfDate('-5877641-06-23')).toBe(-(2 ** 31))
  expect(daysOfDate('+5881580-07-12')).toBeUndefined()
})

test('years before 1 and after 9999 have a sign', () => {
  expect(dateOfDays(daysOfDate('0000-02-29') as number)).toBe('0000-02-29')
  expect(dateOfDays(daysOfDate('-0004-12-31') as number)).toBe('-0004-12-31')
  expect(dateOfDays(daysOfDate('+10000-01-01') as number)).toBe('+10000-01-01')
})

test.each(['2015-02-29', '1900-02-29', '2016-13-01', '2016-00-10', '2016-04-31', '2016-1-1', '16-01-01', '+2016-01-01', '10000-01-01', '-0000-01-01', '', 'x'])(
  '%s is no date',
  text => expect(daysOfDate(text)).toBeUndefined(),
)
