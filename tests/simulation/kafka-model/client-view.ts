import type { RecordBatch, RecordSource, TopicPartition } from '@ottla/eventstore'
import type { ClientLink } from './client-link.js'
import type { ModelBroker } from './model-broker.js'

/** The committed records as one client can fetch them: nothing while it sleeps or the broker is down, and what is new some time later. */
export class ClientView implements RecordSource {
  private readonly watchers = new Set<() => void>()
  private scheduled = false
  private readonly unwatch: (() => void)[]

  constructor(
    private readonly broker: ModelBroker,
    private readonly link: ClientLink,
  ) {
    this.unwatch = [broker.watch(() => this.look()), link.watch(() => this.look())]
  }

  partitions(topic: string): number {
    return this.broker.partitions(topic)
  }

  begin(partition: TopicPartition): number {
    return this.broker.begin(partition)
  }

  end(partition: TopicPartition): number {
    const end = this.broker.end(partition)
    return this.link.isReachable ? end : 0
  }

  read(partition: TopicPartition, from: number, limit: number): RecordBatch {
    return this.broker.read(partition, from, limit)
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  close(): void {
    for (const unwatch of this.unwatch) unwatch()
  }

  private look(): void {
    if (this.scheduled || !this.link.isAwake) return
    this.scheduled = true
    this.link.network.clock.nextTurn(() => {
      this.scheduled = false
      if (this.link.isAwake) for (const watcher of [...this.watchers]) watcher()
    })
  }
}
