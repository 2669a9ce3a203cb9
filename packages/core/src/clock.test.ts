import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from './clock.js'

test("now is the machine's time", () => {
  const before = Date.now()
  const now = systemClock.now()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
})

test('the next turn comes after everything that is ready now', async () => {
  const order: string[] = []
  const done = new Promise<void>(resolve => {
    systemClock.nextTurn(() => {
      order.push('next turn')
      resolve()
    })
  })
  process.nextTick(() => order.push('tick'))
  queueMicrotask(() => order.push('microtask'))
  order.push('now')
  await done
  expect(order).toHaveLength(4)
  expect([order[0], order[3]]).toEqual(['now', 'next turn'])
})

test('a timer that is set does not keep the process alive', () => {
  const clock = fileURLToPath(new URL('clock.ts', import.meta.url))
  const script = `import { systemClock } from ${JSON.stringify(clock)}; systemClock.after(600_000, () => {}); systemClock.after(2 ** 33, () => {}); console.log('set')`
  expect(execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], { encoding: 'utf8', timeout: 30_000 })).toBe('set\n')
})

describe('a task', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('runs once after its time', () => {
    const task = vi.fn()
    systemClock.after(1000, task)
    vi.advanceTimersByTime(999)
    expect(task).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(task).toHaveBeenCalledOnce()
  })

  test('does not run when it is cancelled', () => {
    const task = vi.fn()
    systemClock.after(1000, task)()
    vi.advanceTimersByTime(2000)
    expect(task).not.toHaveBeenCalled()
  })

  test('in two months runs in two months and not at once', () => {
    const twoMonths = 60 * 24 * 60 * 60 * 1000
    const task = vi.fn()
    systemClock.after(twoMonths, task)
    vi.advanceTimersByTime(twoMonths - 1)
    expect(task).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(task).toHaveBeenCalledOnce()
  })

  test('in two months can be cancelled after one', () => {
    const month = 30 * 24 * 60 * 60 * 1000
    const task = vi.fn()
    const cancel = systemClock.after(2 * month, task)
    vi.advanceTimersByTime(month)
    cancel()
    vi.advanceTimersByTime(2 * month)
    expect(task).not.toHaveBeenCalled()
  })
})
