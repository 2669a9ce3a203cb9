import { deepStrictEqual } from 'node:assert'
import { describe, expect, test } from 'vitest'
import { copyState, freezeState } from './state.js'

class Order {
  lines = [{ productId: 'p', quantity: 1n }]
  tags = new Map<unknown, unknown>([[{ deep: 'key' }, { deep: 'value' }]])
  seen = new Set<unknown>([{ deep: 'item' }])
  at = new Date(5)
  bytes = new Uint8Array([1, 2])
  buffer = Buffer.from('ab')
  keys = JSON.parse('{"__proto__":{"a":1}}') as Record<string, unknown>
  nothing = undefined
  none = null

  get count(): number {
    return this.lines.length
  }
}

describe('a copy of a state', () => {
  test('is equal to it, with classes, maps, sets, dates and bytes', () => {
    const state = new Order()
    const copy = copyState(state)
    deepStrictEqual(copy, state)
    expect(copy.count).toBe(1)
  })

  test('shares nothing that can be changed with it', () => {
    const state = new Order()
    const copy = copyState(state)
    Object.assign(copy.lines[0] as object, { productId: 'x' })
    copy.tags.set('more', 1)
    ;([...copy.tags.values()][0] as { deep: string }).deep = 'x'
    ;([...copy.tags.keys()][0] as { deep: string }).deep = 'x'
    ;([...copy.seen][0] as { deep: string }).deep = 'x'
    copy.at.setTime(6)
    copy.bytes[0] = 9
    copy.buffer[0] = 9
    deepStrictEqual(state, new Order())
  })

  test('of a frozen state can be changed', () => {
    const copy = copyState(freezeState(new Order()))
    copy.lines.push({ productId: 'q', quantity: 2n })
    copy.tags.clear()
    copy.seen.add(1)
    copy.at.setTime(6)
    expect([copy.count, copy.tags.size, copy.seen.size, copy.at.getTime()]).toEqual([2, 0, 2, 6])
  })
})

describe('a frozen state', () => {
  test.each<[string, (state: Order) => unknown]>([
    ['fields', state => (state.at = new Date())],
    ['new fields', state => Object.assign(state, { more: 1 })],
    ['arrays', state => state.lines.push({ productId: 'x', quantity: 1n })],
    ['values in arrays', state => Object.assign(state.lines[0] as object, { productId: 'x' })],
    ['maps', state => state.tags.set('x', 1)],
    ['keys of maps', state => (([...state.tags.keys()][0] as { deep: string }).deep = 'x')],
    ['values of maps', state => (([...state.tags.values()][0] as { deep: string }).deep = 'x')],
    ['sets', state => state.seen.delete(1)],
    ['items of sets', state => (([...state.seen][0] as { deep: string }).deep = 'x')],
    ['dates', state => state.at.setUTCHours(1)],
  ])('refuses changes of its %s', (_, change) => {
    const state = freezeState(new Order())
    expect(() => change(state)).toThrow(TypeError)
    deepStrictEqual(copyState(state), new Order())
  })

  test('can be read as before', () => {
    const state = freezeState(new Order())
    expect([state.count, state.at.getTime(), state.tags.size, state.seen.size, state.bytes.length]).toEqual([1, 5, 1, 1, 2])
  })

  test('may hold itself', () => {
    const state: { self?: unknown; list: unknown[] } = { list: [] }
    state.self = state
    state.list.push(state)
    expect(Object.isFrozen(freezeState(state).list)).toBe(true)
  })

  test('is given back, and so is what cannot be frozen', () => {
    const state = {}
    expect(freezeState(state)).toBe(state)
    expect([undefined, null, 1, 'a', 1n].map(freezeState)).toEqual([undefined, null, 1, 'a', 1n])
  })
})
