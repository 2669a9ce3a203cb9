import type { Broker, Cluster, ProtocolRequest } from '../driver/cluster.js'
import { ByteReader } from '../fetch/byte-reader.js'
import { encoded } from '../fetch/encoded.js'
import { type Patience, patiently } from './patience.js'
import { code, isTransient, ProtocolFailure, protocolCode } from './protocol-failure.js'

const api = { apiKey: 10, apiVersion: 1, apiName: 'FindCoordinator' }

/** The topic of the coordinators' own records is made when the first one is asked for. */
const patience: Patience = { total: 5_000, first: 10, longest: 200 }

/**
 * Lets the cluster find coordinators by one question to one broker. kafkajs asks each broker, and tells none of their answers: a right that is missing looks like
 * a cluster that cannot be reached.
 */
export function findOwnCoordinators(cluster: Cluster): void {
  cluster.findGroupCoordinator = ({ groupId, coordinatorType = 0 }) =>
    patiently(
      patience,
      () => find(cluster, groupId, coordinatorType),
      error => isTransient(error) && protocolCode(error) !== undefined,
    )
}

async function find(cluster: Cluster, key: string, type: 0 | 1): Promise<Broker> {
  const broker = await cluster.brokerPool.findConnectedBroker()
  const { code: found, nodeId } = await broker.connectionPool.send(findCoordinatorRequest(key, type))
  if (found !== 0) throw new ProtocolFailure(api.apiName, found)
  if (!cluster.brokerPool.brokers[nodeId]) await cluster.refreshMetadata()
  if (!cluster.brokerPool.brokers[nodeId]) throw new ProtocolFailure(api.apiName, code.coordinatorNotAvailable)
  return cluster.findBroker({ nodeId: `${nodeId}` })
}

function findCoordinatorRequest(key: string, type: 0 | 1): ProtocolRequest<{ readonly code: number; readonly nodeId: number }> {
  const name = Buffer.from(key)
  const length = Buffer.alloc(2)
  length.writeInt16BE(name.length)
  const bytes = Buffer.concat([length, name, Buffer.from([type])])
  return {
    request: { ...api, encode: async () => encoded(bytes) },
    response: {
      async decode(payload) {
        const reader = new ByteReader(payload)
        const clientSideThrottleTime = reader.int32()
        const found = reader.int16()
        reader.string() // what the code means
        return { clientSideThrottleTime, code: found, nodeId: reader.int32() }
      },
      parse: async answer => answer as { code: number; nodeId: number },
    },
  }
}
