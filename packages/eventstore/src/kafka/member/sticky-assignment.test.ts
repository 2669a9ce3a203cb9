import { describe, expect, it } from 'vitest'
import { partitionKey } from '../../log/partition-key.js'
import { assignSticky, type Subscription } from './sticky-assignment.js'

const topic = 'inbox'
const none = { generation: -1, owned: [] }

function member(memberId: string, owned: readonly number[] = [], generation = owned.length > 0 ? 1 : -1): Subscription {
  return { memberId, topics: [topic], generation, owned: owned.map(partition => ({ topic, partition })) }
}

/** Who has which partition numbers. */
function shares(members: readonly Subscription[], partitions: number): Record<string, number[]> {
  const assigned = assignSticky(members, () => partitions)
  return Object.fromEntries(Array.from(assigned, ([id, held]) => [id, held.map(({ partition }) => partition).sort((a, b) => a - b)]))
}

describe('the sticky assignment', () => {
  it('shares all partitions of a new group, balanced within one', () => {
    expect(shares([member('a'), member('b'), member('c')], 8)).toEqual({ a: [0, 3, 6], b: [1, 4, 7], c: [2, 5] })
  })

  it('changes nothing when everybody has its share', () => {
    expect(shares([member('a', [5, 1, 3]), member('b', [0, 2, 4])], 6)).toEqual({ a: [1, 3, 5], b: [0, 2, 4] })
  })

  it('takes from those that have the most what a new member is due, and nothing else', () => {
    const { a, b, c } = shares([member('a', [0, 1, 2]), member('b', [3, 4, 5]), member('c')], 6) as { a: number[]; b: number[]; c: number[] }
    expect([a.length, b.length, c.length]).toEqual([2, 2, 2])
    expect([a.every(partition => partition < 3), b.every(partition => partition > 2)]).toEqual([true, true])
  })

  it('gives what a member that left had to the others, who keep what they have', () => {
    const { a, b } = shares([member('a', [0, 1]), member('b', [2, 3])], 6) as { a: number[]; b: number[] }
    expect([a.length, b.length]).toEqual([3, 3])
    expect([a, b]).toEqual([expect.arrayContaining([0, 1]), expect.arrayContaining([2, 3])])
  })

  it('gives members without a partition nothing when there are more members than partitions', () => {
    expect(shares([member('a', [0]), member('b'), member('c', [1])], 2)).toEqual({ a: [0], b: [], c: [1] })
  })

  it('gives a partition that two claim to the one of the later generation', () => {
    expect(shares([member('a', [0], 6), member('b', [0], 7)], 2)).toEqual({ a: [1], b: [0] })
    expect(shares([member('a', [0], 7), member('b', [0], 6)], 2)).toEqual({ a: [0], b: [1] })
  })

  it('gives a partition that two claim in the same generation to one of them', () => {
    expect(shares([member('b', [0, 1], 3), member('a', [0, 1], 3)], 2)).toEqual({ a: [0], b: [1] })
  })

  it('is the same in whatever order the members come', () => {
    const members = [member('c', [1, 7]), member('a', [0, 2, 4, 6]), member('b'), member('d')]
    expect(shares(members.toReversed(), 9)).toEqual(shares(members, 9))
  })

  it('forgets claims of partitions that do not exist, and of topics that the member does not read', () => {
    const stranger = { memberId: 'b', topics: [topic], generation: 5, owned: [{ topic: 'other', partition: 0 }] }
    expect(shares([member('a', [0, 9]), stranger], 2)).toEqual({ a: [0], b: [1] })
  })

  it('gives each topic to members that read it', () => {
    const assigned = assignSticky(
      [
        { memberId: 'a', topics: ['x', 'y'], ...none },
        { memberId: 'b', topics: ['y'], ...none },
      ],
      () => 2,
    )
    expect(Object.fromEntries(Array.from(assigned, ([id, held]) => [id, held.map(partitionKey).sort()]))).toEqual({
      a: [
        { topic: 'x', partition: 0 },
        { topic: 'x', partition: 1 },
      ].map(partitionKey),
      b: [
        { topic: 'y', partition: 0 },
        { topic: 'y', partition: 1 },
      ].map(partitionKey),
    })
  })

  it('moves as few as possible, whatever the members had', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomOf(seed)
      const partitions = 1 + Math.floor(random() * 24)
      const names = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, index) => `m${index}`)
      const before = new Map<string, number[]>(names.map(name => [name, []]))
      for (let partition = 0; partition < partitions; partition++) {
        if (random() < 0.8) before.get(names[Math.floor(random() * names.length)] as string)?.push(partition)
      }
      const after = shares(
        names.map(name => member(name, before.get(name))),
        partitions,
      )
      const counts = names.map(name => after[name]?.length ?? 0)
      expect(
        Object.values(after)
          .flat()
          .sort((a, b) => a - b),
      ).toEqual(Array.from({ length: partitions }, (_, partition) => partition))
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      const kept = names.map(name => (before.get(name) ?? []).filter(partition => after[name]?.includes(partition)).length)
      expect(kept.reduce((sum, count) => sum + count, 0)).toBe(
        mostKept(
          names.map(name => before.get(name)?.length ?? 0),
          partitions,
        ),
      )
    }
  })
})

/** How many partitions can stay when every member ends with the smaller or the larger share. */
function mostKept(had: readonly number[], partitions: number): number {
  const share = Math.floor(partitions / had.length)
  const larger = partitions % had.length
  const sorted = had.toSorted((a, b) => b - a)
  return sorted.reduce((sum, count, index) => sum + Math.min(count, index < larger ? share + 1 : share), 0)
}

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
