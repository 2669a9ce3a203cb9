import { expect, test } from 'vitest'
import { isRejection, Rejection, reject } from './rejection.js'

test('a rejection has its code, its details and no stack to pay for', () => {
  const rejection = reject('order-exists', { orderId: 'o' })
  expect(rejection).toBeInstanceOf(Rejection)
  expect(rejection).toMatchObject({ code: 'order-exists', details: { orderId: 'o' }, message: 'order-exists' })
  expect(rejection.stack?.split('\n')).toHaveLength(1)
  expect(new Error('after').stack?.split('\n').length).toBeGreaterThan(1)
})

test('a rejection without details has none', () => {
  expect(reject('closed').details).toEqual({})
})

test('a rejection of another copy of the package is one, and other errors are none', () => {
  const foreign = Object.assign(new Error('closed'), { name: 'Rejection', code: 'closed', details: {} })
  expect(isRejection(foreign)).toBe(true)
  expect([new Error('closed'), { name: 'Rejection', code: 'closed' }, undefined, 'closed'].map(isRejection)).toEqual([false, false, false, false])
})
