import { chmodSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { GenericContainer } from 'testcontainers'
import { brokerInSync } from '../broker/broker-in-sync.js'
import { clusterSettings } from '../broker/broker-settings.js'
import { clusterOf } from '../broker/cluster-of-servers.js'
import { keepCluster, newClusterId, openDataFolder } from '../broker/data-folder.js'
import { freePorts } from '../broker/free-ports.js'
import { registryAnswers, registryUrlOf } from '../broker/registry-answers.js'
import type { KafkaCluster, KafkaOptions } from '../kafka-cluster.js'
import { DockerServer } from './docker-server.js'

const brokerImage = 'apache/kafka:4.3.1'
const registryImage = 'apicurio/apicurio-registry:3.3.3'

/**
 * Brokers and registry in containers of this machine's engine; testcontainers' reaper removes them when this process is gone. With a folder, data and schemas are
 * bind mounts in it. Checked by its types only so far: CONTRIBUTING.md says why.
 */
export async function startDockerCluster({ brokers: count = 1, registry = false, folder: wanted }: KafkaOptions): Promise<KafkaCluster> {
  const { GenericContainer, Network } = await import('testcontainers')
  const folder = wanted === undefined ? undefined : resolve(wanted)
  const kept = folder === undefined ? undefined : openDataFolder(folder, count)
  const clusterId = kept?.clusterId ?? newClusterId()
  const all = await freePorts(count + 1, kept?.ports)
  const ports = all.slice(0, count)
  const registryPort = all[count] as number
  if (folder !== undefined) keepCluster(folder, { clusterId, brokers: count, ports: all })
  const network = await new Network().start()
  const servers: DockerServer[] = []
  const runs = (id: number) => servers[id - 1]?.isRunning === true
  for (const [index, port] of ports.entries()) {
    const id = index + 1
    const definition = new GenericContainer(brokerImage)
      .withNetwork(network)
      .withNetworkAliases(`kafka-${id}`)
      .withExposedPorts({ container: 9092, host: port })
      .withEnvironment(brokerEnvironment(id, port, count, clusterId))
    servers.push(new DockerServer(`Broker ${id}`, keeping(definition, folder, `broker-${id}`, '/var/lib/kafka/data'), () => brokerInSync(id, ports, runs)))
  }
  const registryDefinition = new GenericContainer(registryImage)
    .withExposedPorts({ container: 8080, host: registryPort })
    .withEnvironment({ APICURIO_DATASOURCE_URL: 'jdbc:h2:file:/tmp/registry/schemas;WRITE_DELAY=0' })
  const registryServer = registry
    ? new DockerServer('The registry', keeping(registryDefinition, folder, 'registry', '/tmp/registry'), () => registryAnswers(registryPort))
    : undefined
  const everything = registryServer ? [...servers, registryServer] : servers
  const end = async () => {
    if (folder !== undefined) await Promise.all(everything.map(server => server.end('SIGTERM')))
    await Promise.all(everything.map(server => server.remove()))
    await network.stop()
  }
  try {
    await Promise.all(everything.map(server => server.start()))
  } catch (error) {
    await end()
    throw error
  }
  const addresses = ports.map(port => `127.0.0.1:${port}`)
  return clusterOf(addresses, { brokers: servers, registry: registryServer }, registry ? registryUrlOf(registryPort) : undefined, end)
}

/** The settings as the image wants them: `KAFKA_` and the name in capitals, with underscores for dots. */
function brokerEnvironment(id: number, port: number, count: number, clusterId: string): Record<string, string> {
  const voters = Array.from({ length: count }, (_, index) => `${index + 1}@kafka-${index + 1}:29093`)
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: 'CONTROLLER://:29093,INSIDE://:19092,CLIENT://:9092',
    'advertised.listeners': `INSIDE://kafka-${id}:19092,CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,CLIENT:PLAINTEXT',
    'inter.broker.listener.name': 'INSIDE',
    'log.dirs': '/var/lib/kafka/data',
    ...clusterSettings(count),
  }
  const named = Object.entries(settings).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, `${value}`])
  return { CLUSTER_ID: clusterId, ...Object.fromEntries(named) }
}

/** The images run as users of their own, who must be able to write here. */
function keeping(container: GenericContainer, folder: string | undefined, name: string, target: string): GenericContainer {
  if (folder === undefined) return container
  const source = join(folder, name)
  mkdirSync(source, { recursive: true })
  chmodSync(source, 0o777)
  return container.withBindMounts([{ source, target }])
}
