import { type Clock, systemClock } from '@ottla/core'
import { header, type LogRecord, type StateStore } from '@ottla/eventstore'
import type { MemoryBroker } from '@ottla/testing'
import type { Cluster } from './node.fixture.js'
import { topics } from './node.fixture.js'

/** A clock whose tasks do not run any more when its node is dead, so that the node does not write to a store that the next one has. */
export function mortalClock(): Clock & { die(): void } {
  let isDead = false
  const alive = (task: () => void) => () => {
    if (!isDead) task()
  }
  return {
    now: () => systemClock.now(),
    nextTurn: task => systemClock.nextTurn(alive(task)),
    after: (milliseconds, task) => systemClock.after(milliseconds, alive(task)),
    die() {
      isDead = true
    },
  }
}

/** Removes what a compaction may remove: every record of the snapshots topic that a later one with its key replaces. */
export function compact(broker: MemoryBroker, topic = topics.snapshots): void {
  for (const partition of broker.topics.get(topic)?.partitions ?? []) {
    const last = new Map(partition.records.map(({ key, offset }) => [key, offset]))
    partition.records = partition.records.filter(({ key, offset, value }) => value !== null && last.get(key) === offset)
  }
}

/** Counts the records that are read from each topic from now on. */
export function countReads(broker: MemoryBroker): Map<string, number> {
  const counts = new Map<string, number>()
  const read = broker.read.bind(broker)
  broker.read = (at, from, limit) => {
    const batch = read(at, from, limit)
    counts.set(at.topic, (counts.get(at.topic) ?? 0) + batch.records.length)
    return batch
  }
  return counts
}

interface StoreContent {
  readonly states: readonly unknown[]
  readonly decided: readonly unknown[]
  readonly shards: readonly { readonly deadlines: readonly unknown[] }[]
}

/** Everything that a restore puts into the store, for the streams and commands whose records are in the log. */
export function contentOf(store: StateStore, { broker }: Cluster): StoreContent {
  const events = broker.topic(topics.events).partitions.flatMap(({ records }) => records)
  const outcomes = broker.topic(topics.outcomes).partitions.flatMap(({ records }) => records)
  const names = (records: readonly LogRecord[], ...parts: ((record: LogRecord) => string | null | undefined)[]) =>
    [...new Set(records.map(record => parts.map(part => part(record)).join('\n')))].map(name => name.split('\n') as [string, string, string])
  const stream = ({ headers }: LogRecord) => headers[header.stream]
  const key = ({ key }: LogRecord) => key
  const command = ({ headers }: LogRecord) => headers[header.command]
  return {
    states: names(events, stream, key).map(([participant, id]) => store.state(participant, id)),
    decided: names([...events, ...outcomes], stream, key, command).map(([participant, key, id]) => {
      const { eventsEnd, outcomesEnd, ...decided } = store.decided(participant, key, id) ?? {}
      return decided
    }),
    shards: broker.topic(topics.events).partitions.map((_, shard) => {
      const { events, outcomes, inbox, lastEvent, stateVersions } = store.checkpoint(shard) ?? {}
      return { events, outcomes, inbox, lastEvent, stateVersions, deadlines: store.deadlines(shard) }
    }),
  }
}
