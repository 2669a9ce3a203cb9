import { askMetadata } from './cluster-metadata.js'

/**
 * Resolves when broker `id` knows all brokers that `runs` names, every partition has a leader, and it is back in sync with everything that it holds, so that
 * another broker may be taken away. Else rejects with what is missing. `ports` are those for clients, of broker 1 first.
 */
export async function brokerInSync(id: number, ports: readonly number[], runs: (id: number) => boolean): Promise<void> {
  const { brokers, partitions } = await askMetadata('127.0.0.1', ports[id - 1] as number)
  const missing = ports.findIndex((port, index) => runs(index + 1) && !brokers.some(broker => broker.id === index + 1 && broker.port === port))
  if (missing !== -1) throw new Error(`it does not know broker ${missing + 1}`)
  if (partitions.some(({ leader }) => leader === -1)) throw new Error('a partition has no leader')
  if (partitions.some(({ replicas, inSync }) => replicas.includes(id) && !inSync.includes(id))) throw new Error('it is not in sync yet')
}
