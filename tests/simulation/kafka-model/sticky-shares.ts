import type { TopicPartition } from '@ottla/eventstore'

export interface Sharer {
  readonly id: string
  readonly topics: readonly string[]
  readonly held: readonly TopicPartition[]
}

/** Shares each topic's partitions out evenly among its readers; each keeps as much of what it held as that allows. */
export function shareOut(sharers: readonly Sharer[], partitions: (topic: string) => number): Map<string, TopicPartition[]> {
  const shares = new Map<string, TopicPartition[]>(sharers.map(({ id }) => [id, []]))
  for (const topic of new Set(sharers.flatMap(({ topics }) => topics))) shareTopic(topic, partitions(topic), sharers, shares)
  return shares
}

function shareTopic(topic: string, count: number, sharers: readonly Sharer[], shares: Map<string, TopicPartition[]>): void {
  const readers = sharers.filter(({ topics }) => topics.includes(topic))
  const least = Math.floor(count / readers.length)
  let larger = count % readers.length
  const free = new Set(Array.from({ length: count }, (_, partition) => partition))
  const mine = new Map<string, number[]>()
  for (const { id, held } of readers) {
    const kept = held.filter(place => place.topic === topic && free.has(place.partition)).map(({ partition }) => partition)
    const room = kept.length > least && larger > 0 ? least + 1 : least
    if (room > least) larger--
    const keeps = kept.slice(0, room)
    for (const partition of keeps) free.delete(partition)
    mine.set(id, keeps)
  }
  for (const partition of free) {
    const [poorest] = [...mine.values()].toSorted((a, b) => a.length - b.length)
    poorest?.push(partition)
  }
  for (const [id, held] of mine) shares.get(id)?.push(...held.map(partition => ({ topic, partition })))
}
