import type { ConnectionOptions } from 'node:tls'
import type { Mechanism, SASLOptions } from 'kafkajs'
import type { RegistryOptions } from '../registry/registry-options.js'

/** How to reach the brokers and the registry, in the words of Kafka's clients. What is left out comes from the environment, then from the default. */
export interface KafkaOptions {
  /** Addresses `host:port`, as a list or with commas between. Environment: KAFKA_BROKERS. */
  readonly brokers?: readonly string[] | string
  /** What brokers call this app in their logs and quotas. Environment: KAFKA_CLIENT_ID. Default `ottla`. */
  readonly clientId?: string
  /** true for TLS with Node's own certificate authorities, or the options of Node's `tls.connect`. Environment: KAFKA_SSL. Default: without TLS. */
  readonly ssl?: boolean | ConnectionOptions
  /** Every mechanism that kafkajs knows, and custom ones. Environment: KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD. */
  readonly sasl?: SASLOptions | Mechanism
  /** A Confluent-compatible schema registry. Environment: SCHEMA_REGISTRY_URL and, for that URL only, SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD. */
  readonly registry?: string | RegistryOptions
  /** This node's own folder, for its state store and its views; no two nodes share one. Default `./data`. */
  readonly folder?: string
  /** How many brokers keep each record. Default 3, or as many brokers as there are. */
  readonly replicationFactor?: number
  /** How many of them must have a record before it is acknowledged. Default 2, or 1 where the replication factor is below 3. */
  readonly minInsyncReplicas?: number
  /** How long a group waits for a silent member before its shards go to others, in milliseconds. Default 6,000. */
  readonly sessionTimeout?: number
  /** How often a member tells its group that it lives, in milliseconds; well below `sessionTimeout`. Default 1,000. */
  readonly heartbeatInterval?: number
  /** How long a group waits in a rebalance for its members to come back, in milliseconds. Default 8,000. */
  readonly rebalanceTimeout?: number
  /** How long a transaction may stay open before the broker aborts it, in milliseconds: for so long a dead node can hold readers up. Default 10,000. */
  readonly transactionTimeout?: number
  /** How long to wait for the answer to a request, in milliseconds. Default 10,000. */
  readonly requestTimeout?: number
  /** How long to wait for a connection, in milliseconds. Default 1,000. */
  readonly connectionTimeout?: number
  /** How large key, value and headers of a record may be together, in bytes. Default 1,000,000, a little less than the brokers' own default takes. */
  readonly maxRecordBytes?: number
  /** How long opening waits for another process that uses the folder, in milliseconds. Default 2,000. */
  readonly lockTimeout?: number
  /** Called with what kafkajs has to tell; without it, kafkajs is silent. */
  readonly logger?: (line: KafkaLogLine) => void
}

/** A line of kafkajs's own log. */
export interface KafkaLogLine {
  readonly level: 'error' | 'warn' | 'info'
  readonly namespace: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}
