import { connect } from 'node:net'
import { testingErrors } from '../testing-errors.js'
import type { KafkaCluster } from './kafka-cluster.js'

/** The addresses in `KAFKA_BROKERS`, undefined when it is not set or empty. */
export function givenBrokers(): readonly string[] | undefined {
  const brokers = (process.env.KAFKA_BROKERS ?? '')
    .split(',')
    .map(broker => broker.trim())
    .filter(broker => broker !== '')
  return brokers.length > 0 ? brokers : undefined
}

/** The URL in `SCHEMA_REGISTRY_URL`, undefined when it is not set or empty. */
export function givenRegistry(): string | undefined {
  return process.env.SCHEMA_REGISTRY_URL || undefined
}

/** The cluster that the environment names. It is neither configured nor ended here; it must accept connections. */
export async function givenCluster(brokers: readonly string[], registry: boolean): Promise<KafkaCluster> {
  await Promise.any(brokers.map(reach)).catch((error: AggregateError) => {
    const log = error.errors.map(problem => (problem as Error).message).join('; ')
    throw testingErrors.create('KAFKA_START_FAILED', {
      part: `The cluster of KAFKA_BROKERS (${brokers.join(', ')})`,
      problem: 'no broker accepts connections',
      log,
    })
  })
  const registryUrl = registry ? givenRegistry() : undefined
  if (registry && registryUrl === undefined) {
    const cure = 'Set SCHEMA_REGISTRY_URL beside KAFKA_BROKERS.'
    throw testingErrors.create('KAFKA_PART_MISSING', { operation: 'registry: true', part: 'registry', cure })
  }
  const notOurs = (operation: string) => async () => {
    throw testingErrors.create('KAFKA_NOT_OURS', { operation, part: 'the broker', variable: 'KAFKA_BROKERS' })
  }
  const cluster: KafkaCluster = {
    brokers,
    registryUrl,
    killBroker: notOurs('killBroker'),
    stopBroker: notOurs('stopBroker'),
    startBroker: notOurs('startBroker'),
    killRegistry: notOurs('killRegistry'),
    startRegistry: notOurs('startRegistry'),
    stop: async () => {},
  }
  return registryUrl === undefined ? cluster : withGivenRegistry(cluster, registryUrl)
}

/** The same cluster with the registry of the environment, which cannot be killed here. */
export function withGivenRegistry(cluster: KafkaCluster, registryUrl: string): KafkaCluster {
  const notOurs = (operation: string) => async () => {
    throw testingErrors.create('KAFKA_NOT_OURS', { operation, part: 'the registry', variable: 'SCHEMA_REGISTRY_URL' })
  }
  return { ...cluster, registryUrl, killRegistry: notOurs('killRegistry'), startRegistry: notOurs('startRegistry') }
}

function reach(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(`kafka://${address}`)
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 9092) })
    socket.setTimeout(10_000, () => socket.destroy(new Error(`${address} did not answer within 10 seconds`)))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}
