import type { RecordBatch, TopicPartition } from '../log/log.js'
import type { RecordSource } from '../log/record-source.js'
import type { BatchStore } from './batch-store.js'
import type { TopicCatalog } from './topic-catalog.js'

/** What the readers and members of the embedded log read: what has been committed, at once. */
export class EmbeddedSource implements RecordSource {
  private readonly watchers = new Set<() => void>()

  constructor(
    private readonly catalog: TopicCatalog,
    private readonly batches: BatchStore,
  ) {}

  partitions(topic: string): number {
    return this.catalog.find(topic)?.partitions.length ?? 0
  }

  begin(partition: TopicPartition): number {
    return this.catalog.partition(partition).begin
  }

  end(partition: TopicPartition): number {
    return this.catalog.partition(partition).end
  }

  read(partition: TopicPartition, from: number, limit: number): RecordBatch {
    return this.batches.read(this.catalog.partition(partition), from, limit)
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** Tells everybody who watches to look again. */
  changed(): void {
    for (const watcher of this.watchers) watcher()
  }
}
