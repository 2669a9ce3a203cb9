import { createRequire } from 'node:module'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { quietRequestQueue } from './quiet-request-queue.js'

interface Queue {
  push(request: object): void
  fulfillRequest(answer: object): void
  scheduleRequestTimeoutCheck(): void
  checkPendingRequests(): void
  destroy(): void
}

const Original = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as never
const Quiet = quietRequestQueue(Original) as unknown as new (options: object) => Queue

const quiet = { debug() {}, warn() {}, error() {}, info() {} }
const options = { maxInFlightRequests: 1, requestTimeout: 500, enforceRequestTimeout: true, clientId: 'c', broker: 'b', logger: quiet, isConnected: () => true }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A request; the answer is a promise. */
function push(queue: Queue, correlationId: number): { readonly sent: () => number; readonly answer: Promise<unknown> } {
  let sent = 0
  const answer = new Promise((resolve, reject) => {
    const entry = { apiKey: 0, apiVersion: 0, apiName: 'Test', correlationId, resolve, reject }
    queue.push({ entry, expectResponse: true, sendRequest: () => sent++ })
  })
  return { sent: () => sent, answer }
}

test('has no timer while nothing waits for an answer', async () => {
  const queue = new Quiet(options)
  queue.scheduleRequestTimeoutCheck()
  queue.checkPendingRequests()
  expect(vi.getTimerCount()).toBe(0)
  const { answer } = push(queue, 1)
  expect(vi.getTimerCount()).toBeGreaterThan(0)
  queue.fulfillRequest({ correlationId: 1, payload: 'x', size: 1 })
  await answer
  vi.advanceTimersByTime(1_000)
  expect(vi.getTimerCount()).toBe(0)
})

test('kafkajs’s own queue keeps a timer for ever', () => {
  const queue = new (Original as new (options: object) => Queue)({ ...options, enforceRequestTimeout: false })
  queue.checkPendingRequests()
  vi.advanceTimersByTime(10_000)
  expect(vi.getTimerCount()).toBe(1)
  queue.destroy()
})

test('ends a request that is not answered in time, one after a pause, too', async () => {
  const queue = new Quiet(options)
  queue.scheduleRequestTimeoutCheck()
  push(queue, 1)
  queue.fulfillRequest({ correlationId: 1, payload: 'x', size: 1 })
  vi.advanceTimersByTime(10_000)
  const late = expect(push(queue, 2).answer).rejects.toThrow(/timed out/)
  vi.advanceTimersByTime(1_000)
  await late
})

test('sends what waits for the request before, when that is answered', () => {
  const queue = new Quiet(options)
  push(queue, 1)
  const second = push(queue, 2)
  expect(second.sent()).toBe(0)
  queue.fulfillRequest({ correlationId: 1, payload: 'x', size: 1 })
  expect(second.sent()).toBe(1)
  queue.destroy()
})
