/**
 * Running brokers, and a registry where one was asked for. Brokers are named by their place in `brokers`. The faults (`kill…`, `stop…`, `start…`) resolve when
 * they are complete: the process is gone, or the broker is back in the in-sync replicas of everything it holds. They reject with `KAFKA_NOT_OURS` where the part
 * was given by the environment.
 */
export interface KafkaCluster {
  /** The addresses `127.0.0.1:port`; they stay the same when a broker is killed and started again. */
  readonly brokers: readonly string[]
  /** Where the registry speaks Confluent's API, or undefined when the cluster has none. It stays the same when the registry is killed and started again. */
  readonly registryUrl: string | undefined
  /** Ends a broker as `kill -9` does. What it had acknowledged is in its files, since the operating system lives on. */
  killBroker(broker: number): Promise<void>
  /** Ends a broker as an operator does: it hands its leaderships over and writes everything. Killed when that takes more than 20 seconds. */
  stopBroker(broker: number): Promise<void>
  /** Starts a killed or stopped broker again, at its old address and with its data. */
  startBroker(broker: number): Promise<void>
  /** Ends the registry as `kill -9` does. */
  killRegistry(): Promise<void>
  /** Starts the killed registry again, at its old address and with its data. */
  startRegistry(): Promise<void>
  /** Ends everything that was started, and removes a temporary folder. May be called twice. */
  stop(): Promise<void>
}

/** What `startKafka` starts. */
export interface KafkaOptions {
  /** How many brokers, each of which is a controller too. With three, what is acknowledged is on two of them. Default 1. Ignored with `KAFKA_BROKERS`. */
  readonly brokers?: 1 | 3
  /** Whether a schema registry belongs to it. Default false. */
  readonly registry?: boolean
  /** Where data and logs are kept, so that the next start with this folder goes on from them, also after a `kill -9` of everything. Default: a temporary folder. */
  readonly folder?: string
  /**
   * Whether the brokers shall run fast, as a benchmark wants, rather than start quickly: then the JVM compiles fully and collects garbage in parallel, and a start costs
   * twice the CPU. Default: with a folder true, else false. Concerns brokers in JVMs only.
   */
  readonly throughput?: boolean
  /** More lines of the brokers' `server.properties`, such as an authorizer. Concerns brokers in JVMs only. */
  readonly settings?: BrokerSettings
}

/** Settings of a broker by their names in Kafka's documentation. What they say of listeners is added to those that the cluster has. */
export type BrokerSettings = Readonly<Record<string, string | number | boolean>>
