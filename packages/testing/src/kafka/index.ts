export { startKafka } from './start-kafka.js'
export type { BrokerSettings, KafkaCluster, KafkaOptions } from './kafka-cluster.js'
export { kafkaSource, type KafkaSource } from './kafka-source.js'
export { avroJars, kafkaJars } from './java/maven-artifacts.js'
