import { dockerAnswers } from './docker/docker-engine.js'
import { givenBrokers } from './given-cluster.js'
import { findJava, findOnPath } from './java/java-home.js'
import { hasKafkaJars } from './java/maven-artifacts.js'

/** The oldest Java that Kafka's brokers run on. */
export const oldestJava = 17

/** Where brokers can come from. */
export type KafkaSource = 'environment' | 'docker' | 'java'

/** Where `startKafka` takes its brokers from, undefined when there is nothing. Starts nothing and answers within a second. */
export async function kafkaSource(): Promise<KafkaSource | undefined> {
  if (givenBrokers()) return 'environment'
  if (await dockerAnswers()) return 'docker'
  return findJava(oldestJava) && (hasKafkaJars() || findOnPath('mvn') !== undefined) ? 'java' : undefined
}
