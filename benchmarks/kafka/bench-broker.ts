import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type KafkaCluster, startKafka } from '@ottla/testing/kafka'
import { kafka, type LogConfig } from 'ottla'
import { inFolder } from '../measure.js'

/** What a benchmark on Kafka runs on. */
export interface BenchBroker {
  readonly brokers: readonly string[]
  readonly registry: string
  /** A name for an app that no other run has used. */
  appName(): string
  /** The folder of a node; removed afterwards. */
  folder(node: string): string
  /** A log for one more node. */
  log(node: string): LogConfig
}

/** Starts brokers and a registry in temporary folders, and stops them afterwards. */
export function onKafka<T>(brokers: 1 | 3, use: (broker: BenchBroker) => Promise<T>): Promise<T> {
  return inFolder(async folder => {
    const cluster = await startKafka({ brokers, registry: true, throughput: true })
    try {
      return await use({
        brokers: cluster.brokers,
        registry: registryOf(cluster),
        appName: () => `bench-${randomUUID()}`,
        folder: node => join(folder, node),
        log: node => kafka({ brokers: cluster.brokers, registry: registryOf(cluster), folder: join(folder, node) }),
      })
    } finally {
      await cluster.stop()
    }
  })
}

function registryOf({ registryUrl }: KafkaCluster): string {
  if (!registryUrl) throw new Error('The cluster was started without a registry.')
  return registryUrl
}
