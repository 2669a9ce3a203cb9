import type { Broker, BrokerPool, Cluster } from '../driver/cluster.js'
import { type ClusterMetadata, metadataRequest } from '../fetch/metadata-request.js'

/**
 * Lets kafkajs's cluster keep metadata of its target topics only, each for itself. By itself it asks for all topics of the cluster while it has no target,
 * and knows nothing at all when one partition of one of them has no leader.
 */
export function keepOwnMetadata({ brokerPool }: Cluster): void {
  brokerPool.refreshMetadata = async topics => {
    const broker = await brokerPool.findConnectedBroker()
    const metadata = await broker.connectionPool.send(metadataRequest(topics))
    await meetBrokers(brokerPool, metadata)
    const { brokers, controller: controllerId, clusterId } = metadata
    const topicMetadata = metadata.topics.map(({ topic, code, partitions }) => ({
      topic,
      topicErrorCode: code,
      partitionMetadata: partitions.map(({ partition, leader }) => ({ partitionId: partition, leader, partitionErrorCode: 0 })),
    }))
    brokerPool.metadata = { brokers, controllerId, clusterId, topicMetadata }
    brokerPool.metadataExpireAt = Date.now() + brokerPool.metadataMaxAge
  }
}

/** Connections to new brokers and to those that have moved; those that are gone are left. */
async function meetBrokers(pool: BrokerPool, { brokers }: ClusterMetadata): Promise<void> {
  const seed = pool.seedBroker?.connectionPool
  const met: Record<string, Broker> = {}
  for (const { nodeId, host, port } of brokers) {
    const known = pool.brokers[nodeId]
    if (known && isAt(known.connectionPool, host, port)) met[nodeId] = known
    else if (pool.seedBroker && seed && isAt(seed, host, port)) {
      pool.seedBroker.nodeId = nodeId
      met[nodeId] = pool.seedBroker
    } else {
      const connectionPool = await pool.connectionPoolBuilder.build({ host, port })
      met[nodeId] = pool.createBroker({ logger: pool.rootLogger, versions: pool.versions, connectionPool, nodeId })
    }
  }
  const left = Object.values(pool.brokers).filter(broker => !Object.values(met).includes(broker))
  pool.brokers = met
  for (const broker of left) void broker.disconnect().catch(() => undefined)
}

function isAt(place: { readonly host: string; readonly port: number }, host: string, port: number): boolean {
  return place.host === host && place.port === port
}
