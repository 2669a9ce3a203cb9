import type { BrokerSettings } from '../kafka-cluster.js'

/** Where one broker listens: for clients, and for the other controllers. */
export interface BrokerPorts {
  readonly client: number
  readonly controller: number
}

/** Further listeners come beside the two that every broker here has. */
const listenerLists = ['listeners', 'advertised.listeners', 'listener.security.protocol.map'] as const

/**
 * The server.properties of broker `id` (from 1), which is a controller too. The quorum is the static one: its voters stand only here, so that the ports may be
 * others at every start. docker-compose.yml says the same.
 */
export function brokerProperties(id: number, brokers: readonly BrokerPorts[], data: string, more: BrokerSettings = {}): string {
  const own = brokers[id - 1] as BrokerPorts
  const common: BrokerSettings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': brokers.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `CLIENT://127.0.0.1:${own.client},CONTROLLER://127.0.0.1:${own.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${own.client},CONTROLLER://127.0.0.1:${own.controller}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': data,
    ...clusterSettings(brokers.length),
    // One cleaner takes 128 MB of the small heap otherwise.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  }
  const settings = { ...common, ...more }
  for (const name of listenerLists) if (more[name] !== undefined) settings[name] = `${common[name]},${more[name]}`
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** The settings that are the same on every broker, wherever it runs. */
export function clusterSettings(brokers: number): Record<string, string | number | boolean> {
  const replicas = Math.min(3, brokers)
  const inSync = brokers > 1 ? 2 : 1
  return {
    // What is acknowledged survives the loss of one broker of three.
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': false,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    // Fewer internal partitions: a broker makes and recovers them all at a start.
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
    // Ottla creates its topics itself, with the right number of partitions.
    'auto.create.topics.enable': false,
    // Nobody waits for what a production cluster waits for: further members of a group, dead transactions, dead members, dead brokers.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    'broker.session.timeout.ms': 4000,
    'broker.heartbeat.interval.ms': 1000,
  }
}
