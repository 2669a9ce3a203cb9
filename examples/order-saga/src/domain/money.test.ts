import { expect, test } from 'vitest'
import { exceeds, shown, sum } from './money.js'

test('adds decimals exactly', () => {
  expect(sum(['0.1', '0.2'])).toBe('0.3')
  expect(sum(['1394865.7178', '0.0001'])).toBe('1394865.7179')
})

test('writes a sum without zeros at the end', () => {
  expect(sum(['1.2500', '1.25'])).toBe('2.5')
  expect(sum(['99.5', '0.5000'])).toBe('100')
})

test('adds nothing to zero', () => {
  expect(sum([])).toBe('0')
})

test('compares by value, not by text', () => {
  expect(exceeds('2500', '2500.00')).toBe(false)
  expect(exceeds('2500.0001', '2500.00')).toBe(true)
  expect(exceeds('900', '2500.00')).toBe(false)
})

test('shows two digits, rounded half up', () => {
  expect(shown('1394865.7179')).toBe('1394865.72')
  expect(shown('0.005')).toBe('0.01')
  expect(shown('0.0049')).toBe('0.00')
  expect(shown('7')).toBe('7.00')
})
