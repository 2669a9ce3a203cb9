import { join } from 'node:path'
import { startKafka } from '@ottla/testing/kafka'
import { checkFolder, embedded, kafka, type LogConfig } from 'ottla'

/** The logs that the sample runs on. */
export const logNames = ['embedded', 'kafka'] as const

export type LogName = (typeof logNames)[number]

/** A log to run on, and what ends the broker that was started for it. */
export interface ChosenLog {
  readonly log: LogConfig
  stop(): Promise<void>
}

/**
 * The embedded log in `data`, or Kafka: the cluster that KAFKA_BROKERS and SCHEMA_REGISTRY_URL name, else a development broker with a registry that keeps its data
 * in `data`/kafka. Rejects with LOG_FOLDER_INVALID before anything is started in a folder that holds something else.
 */
export async function chooseLog(name: LogName, data: string): Promise<ChosenLog> {
  const nothing = async () => {}
  if (name === 'embedded') return { log: embedded(data), stop: nothing }
  checkFolder(data, 'kafka')
  if (process.env.KAFKA_BROKERS) return { log: kafka({ folder: data }), stop: nothing }
  process.stderr.write('Starting a Kafka broker and a schema registry (KAFKA_BROKERS is not set) ...\n')
  const cluster = await startKafka({ folder: join(data, 'kafka'), registry: true })
  return { log: kafka({ brokers: cluster.brokers, registry: cluster.registryUrl, folder: data }), stop: () => cluster.stop() }
}
