import { describe, expect, test } from 'vitest'
import { DeadlineQueue } from './deadline-queue.js'

/** Numbers from 0 to `limit` - 1 that are the same for the same seed. */
function numbers(seed: number) {
  let state = seed
  return (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

describe('the queue of deadlines', () => {
  test('is empty at first', () => {
    const queue = new DeadlineQueue<string>()
    expect([queue.next, queue.take(Number.MAX_SAFE_INTEGER)]).toEqual([undefined, []])
  })

  test('gives each stream at its last deadline, once', () => {
    const queue = new DeadlineQueue<string>()
    queue.set('a', 'a', 10)
    queue.set('a', 'a', 30)
    queue.set('b', 'b', 20)
    queue.set('c', 'c', 5)
    queue.set('c', 'c', undefined)
    expect(queue.next).toBe(20)
    expect(queue.take(19)).toEqual([])
    expect(queue.take(20)).toEqual([{ stream: 'b', at: 20 }])
    expect(queue.take(100)).toEqual([{ stream: 'a', at: 30 }])
    expect([queue.next, queue.take(100)]).toEqual([undefined, []])
  })

  test('takes a stream again that gets the same deadline again', () => {
    const queue = new DeadlineQueue<string>()
    queue.set('a', 'a', 10)
    queue.take(10)
    queue.set('a', 'a', 10)
    queue.set('a', 'a', 10)
    expect(queue.take(10)).toEqual([{ stream: 'a', at: 10 }])
  })

  test('keeps nothing when it is cleared', () => {
    const queue = new DeadlineQueue<string>()
    queue.set('a', 'a', 10)
    queue.clear()
    expect([queue.next, queue.take(10)]).toEqual([undefined, []])
    queue.set('a', 'a', 10)
    expect(queue.next).toBe(10)
  })

  test('does what a sorted list does (200 seeds)', () => {
    for (let seed = 0; seed < 200; seed++) {
      const below = numbers(seed)
      const queue = new DeadlineQueue<string>()
      const model = new Map<string, number>()
      let now = 0
      for (let step = 0; step < 200; step++) {
        const name = `s${below(15)}`
        const kind = below(10)
        if (kind < 6) {
          const at = now + below(50)
          queue.set(name, name, at)
          model.set(name, at)
        } else if (kind < 8) {
          queue.set(name, name, undefined)
          model.delete(name)
        } else {
          now += below(20)
          const due = [...model].filter(([, at]) => at <= now)
          const taken = queue.take(now)
          expect(taken.map(({ at }) => at)).toEqual(due.map(([, at]) => at).sort((a, b) => a - b))
          expect(new Set(taken.map(({ stream, at }) => `${stream} ${at}`))).toEqual(new Set(due.map(([stream, at]) => `${stream} ${at}`)))
          for (const [stream] of due) model.delete(stream)
        }
        expect(queue.next).toBe(model.size > 0 ? Math.min(...model.values()) : undefined)
      }
    }
  })
})
