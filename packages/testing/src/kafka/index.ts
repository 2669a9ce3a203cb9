export { startKafka } from './start-kafka.js'
export type { KafkaCluster, KafkaOptions } from './kafka-cluster.js'
export { kafkaSource, type KafkaSource } from './kafka-source.js'
export { kafkaJars } from './java/maven-artifacts.js'
