import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { avroJars, kafkaJars } from '@ottla/testing/kafka'

/** A record as a program in Java reads it: 64-bit numbers, decimals and times as text. */
export interface ReadEvent {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  /** The whole value in base64. */
  readonly bytes: string | null
  /** Name of the schema, and what the value says by it; missing where the value is not in Confluent's wire format. */
  readonly schema?: string
  readonly value?: Readonly<Record<string, unknown>>
}

/** The committed records of topics, each partition in order, read by Kafka's consumer and Avro's own reader in a JVM. Rejects with what the program complained about. */
export async function readEvents(brokers: readonly string[], registryUrl: string, ...topics: readonly string[]): Promise<ReadEvent[]> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java'
  const jars = `${await avroJars()}/*:${await kafkaJars()}/*`
  const parameters = ['-Xmx256m', '-XX:+UseSerialGC', '-cp', jars, join(import.meta.dirname, 'ReadEvents.java'), brokers.join(','), registryUrl, ...topics]
  const { stdout } = await promisify(execFile)(java, parameters, { maxBuffer: 256 * 1024 * 1024 })
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ReadEvent)
}
