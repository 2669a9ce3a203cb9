import { testingErrors } from '../testing-errors.js'
import { startDockerCluster } from './docker/docker-cluster.js'
import { givenBrokers, givenCluster, givenRegistry, withGivenRegistry } from './given-cluster.js'
import { startJavaCluster } from './java/java-cluster.js'
import { findJava } from './java/java-home.js'
import type { KafkaCluster, KafkaOptions } from './kafka-cluster.js'
import { kafkaSource, oldestJava } from './kafka-source.js'

/**
 * A cluster that serves: every broker is registered, and the registry answers. Where it comes from is `kafkaSource`'s order: `KAFKA_BROKERS` and
 * `SCHEMA_REGISTRY_URL`, else Docker, else Java. What it starts ends with this process, even after `kill -9`, and listens on 127.0.0.1 only. Rejects with
 * `KAFKA_NOT_FOUND` where there is none of the three.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const brokers = givenBrokers()
  if (brokers) return givenCluster(brokers, options.registry === true)
  const registryUrl = options.registry === true ? givenRegistry() : undefined
  const cluster = await startOwn({ ...options, registry: options.registry === true && registryUrl === undefined })
  return registryUrl === undefined ? cluster : withGivenRegistry(cluster, registryUrl)
}

async function startOwn(options: KafkaOptions): Promise<KafkaCluster> {
  const source = await kafkaSource()
  if (source === 'docker') return startDockerCluster(options)
  const java = findJava(oldestJava)
  if (source === 'java' && java) return startJavaCluster(java, options)
  throw testingErrors.create('KAFKA_NOT_FOUND', { missing: 'KAFKA_BROKERS is not set, no Docker engine answers, and Java 17 with Maven is not there' })
}
