import type { Broker as KafkajsBroker, Cluster as KafkajsCluster } from 'kafkajs'

/** A request of Kafka's protocol with the decoder of its answer, as kafkajs sends it. */
export interface ProtocolRequest<T> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    readonly encode: () => Promise<{ readonly buffer: Buffer }>
  }
  readonly response: { readonly decode: (payload: Buffer) => Promise<unknown>; readonly parse: (decoded: unknown) => Promise<T> }
  /** Milliseconds; where it is greater than the client's own. */
  readonly requestTimeout?: number
}

interface Connection {
  send<T>(request: ProtocolRequest<T>): Promise<T>
}

/** The connections to one broker: one for fetching, one for everything else. kafkajs types it in part; the rest is what its source of 2.2.4 has. */
export type Broker = KafkajsBroker & {
  nodeId: number
  readonly connectionPool: Connection & { readonly host: string; readonly port: number; getConnection(index: 0 | 1): Promise<Connection> }
}

/** kafkajs's brokers and what it knows of topics. */
export interface BrokerPool {
  brokers: Record<string, Broker>
  seedBroker: Broker | undefined
  metadata: PoolMetadata | null
  metadataExpireAt: number | null
  readonly metadataMaxAge: number
  readonly versions: unknown
  readonly rootLogger: unknown
  readonly connectionPoolBuilder: { build(place: { readonly host: string; readonly port: number }): Promise<unknown> }
  /** Calls again what failed in a way that may pass; `bail` ends that. */
  retrier: Retrier
  createBroker(options: { readonly logger: unknown; readonly versions: unknown; readonly connectionPool: unknown; readonly nodeId: number }): Broker
  findConnectedBroker(): Promise<Broker>
  refreshMetadata(topics: readonly string[]): Promise<void>
}

type Retrier = <T>(attempt: (bail: (error: Error) => void, retryCount: number, retryTime: number) => Promise<T>) => Promise<T>

export interface PoolMetadata {
  readonly brokers: readonly unknown[]
  readonly controllerId: number
  readonly clusterId: string
  readonly topicMetadata: readonly {
    readonly topic: string
    readonly topicErrorCode: number
    readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number; readonly partitionErrorCode: number }[]
  }[]
}

/** Connections to the brokers with their metadata. Each user has one of its own: a broker answers the requests of a connection one after another. */
export type Cluster = Omit<KafkajsCluster, 'findBroker' | 'findControllerBroker' | 'findGroupCoordinator' | 'isConnected'> & {
  readonly brokerPool: BrokerPool
  isConnected(): boolean
  findBroker(place: { readonly nodeId: string }): Promise<Broker>
  findControllerBroker(): Promise<Broker>
  /** Asks a broker each time. Type 0 is a group's coordinator (the default), type 1 a transactional id's. */
  findGroupCoordinator(group: { readonly groupId: string; readonly coordinatorType?: 0 | 1 }): Promise<Broker>
}

export interface ClusterOptions {
  /** 0 reads uncommitted, 1 committed; it is also what ListOffsets asks for. */
  readonly isolationLevel: 0 | 1
  /** How old metadata may become, in milliseconds. */
  readonly metadataMaxAge: number
}
