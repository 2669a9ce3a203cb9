import { testingErrors } from '../../testing-errors.js'
import type { KafkaCluster } from '../kafka-cluster.js'

/** A broker or a registry that can be ended and started again. */
export interface KafkaServer {
  /** Resolves when it serves; at once when it runs already. */
  start(): Promise<void>
  /** Resolves when it is gone; at once when it does not run. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** A cluster of parts that were started here. `end` ends everything; it is called once. */
export function clusterOf(
  brokers: readonly string[],
  parts: { readonly brokers: readonly KafkaServer[]; readonly registry: KafkaServer | undefined },
  registryUrl: string | undefined,
  end: () => Promise<void>,
): KafkaCluster {
  let stopped: Promise<void> | undefined
  const broker = (operation: string, index: number): KafkaServer => {
    const server = parts.brokers[index]
    if (server) return server
    throw testingErrors.create('KAFKA_PART_MISSING', { operation, part: `broker ${index}`, cure: `Name one from 0 to ${brokers.length - 1}.` })
  }
  const registry = (operation: string): KafkaServer => {
    if (parts.registry) return parts.registry
    throw testingErrors.create('KAFKA_PART_MISSING', { operation, part: 'registry', cure: 'Start the cluster with registry: true.' })
  }
  return {
    brokers,
    registryUrl,
    killBroker: async index => broker('killBroker', index).end('SIGKILL'),
    stopBroker: async index => broker('stopBroker', index).end('SIGTERM'),
    startBroker: async index => broker('startBroker', index).start(),
    killRegistry: async () => registry('killRegistry').end('SIGKILL'),
    startRegistry: async () => registry('startRegistry').start(),
    stop: () => {
      stopped ??= end()
      return stopped
    },
  }
}
