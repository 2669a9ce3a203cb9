import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { testingErrors } from '../../testing-errors.js'
import type { BrokerPorts } from '../broker/broker-settings.js'
import { clusterOf, type KafkaServer } from '../broker/cluster-of-servers.js'
import { keepCluster, newClusterId, openDataFolder } from '../broker/data-folder.js'
import { freePorts } from '../broker/free-ports.js'
import { registryUrlOf } from '../broker/registry-answers.js'
import type { KafkaCluster, KafkaOptions } from '../kafka-cluster.js'
import { type FolderLock, lockFolder } from './folder-lock.js'
import { type BrokerHome, configureBroker, formatBroker, javaBroker } from './java-broker.js'
import { findJava, type Java } from './java-home.js'
import { javaRegistry } from './java-registry.js'
import type { JavaServer } from './java-server.js'
import { javaOfRegistry, kafkaJars } from './maven-artifacts.js'
import { WatchedPrograms } from './watched-programs.js'

/** How long a start waits for brokers that are just being ended in the same folder, in milliseconds: a little longer than those may take. */
const patience = 25_000

/** Brokers and registry in JVMs of this machine, watched so that they do not outlive this process. */
export async function startJavaCluster(java: Java, options: KafkaOptions): Promise<KafkaCluster> {
  const { brokers: count = 1, registry = false, folder: wanted, throughput = wanted !== undefined, settings = {} } = options
  const jars = await kafkaJars()
  const lock = wanted === undefined ? undefined : await lockFor(resolve(wanted))
  const programs = new WatchedPrograms(lock?.descriptor)
  const end = async () => {
    await programs.endAll()
    lock?.release()
  }
  try {
    const folder = wanted === undefined ? await programs.temporaryFolder(join(tmpdir(), 'ottla-kafka-')) : resolve(wanted)
    const kept = openDataFolder(folder, count)
    const all = await freePorts(2 * count + 2, kept?.ports)
    const ports = Array.from({ length: count }, (_, index): BrokerPorts => ({ client: all[2 * index] as number, controller: all[2 * index + 1] as number }))
    const home: BrokerHome = { java, jars, folder, ports, throughput, settings }
    const [registryPort, managementPort] = all.slice(2 * count) as [number, number]
    const parts = await makeParts(programs, home, registry ? [registryPort, managementPort] : undefined, kept?.clusterId)
    keepCluster(folder, { clusterId: parts.clusterId, brokers: count, ports: all })
    await Promise.all([...parts.brokers, ...(parts.registry ? [parts.registry] : [])].map(server => server.start()))
    programs.letGo()
    const addresses = ports.map(({ client }) => `127.0.0.1:${client}`)
    return clusterOf(addresses, parts, registry ? registryUrlOf(registryPort) : undefined, end)
  } catch (error) {
    await end()
    throw error
  }
}

interface Parts {
  readonly clusterId: string
  readonly brokers: readonly JavaServer[]
  readonly registry: KafkaServer | undefined
}

async function makeParts(programs: WatchedPrograms, home: BrokerHome, registryPorts: [number, number] | undefined, keptId?: string): Promise<Parts> {
  const ids = home.ports.map((_, index) => index + 1)
  const clusterId = keptId ?? newClusterId()
  for (const id of ids) configureBroker(home, id)
  if (keptId === undefined) await Promise.all(ids.map(id => formatBroker(programs, home, id, clusterId)))
  const brokers: JavaServer[] = []
  const runs = (id: number) => brokers[id - 1]?.isRunning === true
  for (const id of ids) brokers.push(javaBroker(programs, home, id, runs))
  const registry = registryPorts && (await javaRegistry(programs, findJava(javaOfRegistry) ?? home.java, home.folder, ...registryPorts))
  return { clusterId, brokers, registry }
}

async function lockFor(folder: string): Promise<FolderLock> {
  const lock = await lockFolder(folder, patience)
  if (!lock) throw testingErrors.create('KAFKA_FOLDER_IN_USE', { folder })
  return lock
}
