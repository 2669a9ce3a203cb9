/** The options that are no secret, checked and complete. Durations are milliseconds. */
export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly folder: string
  readonly replicationFactor: number | undefined
  readonly minInsyncReplicas: number | undefined
  readonly sessionTimeout: number
  readonly heartbeatInterval: number
  readonly rebalanceTimeout: number
  readonly transactionTimeout: number
  readonly requestTimeout: number
  readonly connectionTimeout: number
  readonly maxRecordBytes: number
  readonly lockTimeout: number
}
