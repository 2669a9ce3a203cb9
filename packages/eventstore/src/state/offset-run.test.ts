import { describe, expect, test } from 'vitest'
import { decodeOffsets, encodeOffsets } from './offset-run.js'

describe('a run of offsets', () => {
  test.each<[string, number[]]>([
    ['no offset', []],
    ['the first offset of a log', [0]],
    ['neighbours', [0, 1, 2, 3]],
    ['distances at the edges of a byte', [127, 254, 255, 383, 511, 16_894, 33_278]],
    ['offsets beyond 32 bits', [2 ** 31, 2 ** 32, 2 ** 40 + 1]],
    ['the largest offset', [0, Number.MAX_SAFE_INTEGER]],
  ])('comes back as it was: %s', (_, offsets) => {
    expect(decodeOffsets(encodeOffsets(offsets))).toEqual(offsets)
  })

  test('comes back as it was, whatever the distances (500 seeds)', () => {
    for (let seed = 1; seed <= 500; seed++) {
      let state = seed
      const next = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return state / 2 ** 32
      }
      const offsets = [0]
      for (let count = 0; count < 50; count++) offsets.push((offsets.at(-1) as number) + 1 + Math.floor(2 ** (next() * 40)))
      expect(decodeOffsets(encodeOffsets(offsets))).toEqual(offsets)
    }
  })

  test('takes a byte for each event that follows closely', () => {
    expect(encodeOffsets(Array.from({ length: 1_000 }, (_, index) => 1_000_000 + index * 3)).length).toBeLessThan(1_003)
  })
})
