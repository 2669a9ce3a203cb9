import type { TopicOffset, TopicPartition } from '@ottla/eventstore'

/** An offset for each of some partitions. */
export class PartitionOffsets {
  readonly #topics = new Map<string, number[]>()

  constructor(offsets: Iterable<TopicOffset> = []) {
    for (const offset of offsets) this.set(offset)
  }

  get({ topic, partition }: TopicPartition): number | undefined {
    return this.#topics.get(topic)?.[partition]
  }

  set({ topic, partition, offset }: TopicOffset): void {
    const partitions = this.#topics.get(topic)
    if (partitions) partitions[partition] = offset
    else {
      const first: number[] = []
      first[partition] = offset
      this.#topics.set(topic, first)
    }
  }

  /** All of them, in the order of topics and partitions. */
  list(): TopicOffset[] {
    return [...this.#topics].flatMap(([topic, partitions]) =>
      partitions.flatMap((offset, partition) => (offset === undefined ? [] : [{ topic, partition, offset }])),
    )
  }

  /** Whether each partition of `others` stands here at least as far. */
  covers(others: Iterable<TopicOffset>): boolean {
    for (const other of others) if ((this.get(other) ?? 0) < other.offset) return false
    return true
  }
}
