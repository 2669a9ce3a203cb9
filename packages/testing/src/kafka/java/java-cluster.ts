import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { testingErrors } from '../../testing-errors.js'
import type { KafkaCluster, KafkaOptions } from '../kafka-cluster.js'
import type { BrokerPorts } from './broker-settings.js'
import { keepCluster, newClusterId, openDataFolder } from './data-folder.js'
import { type FolderLock, lockFolder } from './folder-lock.js'
import { freePorts } from './free-ports.js'
import { type BrokerHome, configureBroker, formatBroker, javaBroker } from './java-broker.js'
import { findJava, type Java } from './java-home.js'
import { javaRegistry, registryUrlOf } from './java-registry.js'
import type { JavaServer } from './java-server.js'
import { javaOfRegistry, kafkaJars } from './maven-artifacts.js'
import { WatchedPrograms } from './watched-programs.js'

/** How long a start waits for brokers that are just being ended in the same folder, in milliseconds: a little longer than those may take. */
const patience = 25_000

/** Brokers and registry in JVMs of this machine, watched so that they do not outlive this process. */
export async function startJavaCluster(java: Java, { brokers: count = 1, registry = false, folder: wanted }: KafkaOptions): Promise<KafkaCluster> {
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
    const home: BrokerHome = { java, jars, folder, ports }
    const [registryPort, managementPort] = all.slice(2 * count) as [number, number]
    const parts = await makeParts(programs, home, registry ? [registryPort, managementPort] : undefined, kept?.clusterId)
    keepCluster(folder, { clusterId: parts.clusterId, brokers: count, ports: all })
    await Promise.all([...parts.brokers, ...(parts.registry ? [parts.registry] : [])].map(server => server.start()))
    programs.letGo()
    return clusterOf(ports, parts, registry ? registryUrlOf(registryPort) : undefined, end)
  } catch (error) {
    await end()
    throw error
  }
}

interface Parts {
  readonly clusterId: string
  readonly brokers: readonly JavaServer[]
  readonly registry: JavaServer | undefined
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

function clusterOf(ports: readonly BrokerPorts[], parts: Parts, registryUrl: string | undefined, end: () => Promise<void>): KafkaCluster {
  let stopped: Promise<void> | undefined
  const broker = (operation: string, index: number): JavaServer => {
    const server = parts.brokers[index]
    if (server) return server
    throw testingErrors.create('KAFKA_PART_MISSING', { operation, part: `broker ${index}`, cure: `Name one from 0 to ${ports.length - 1}.` })
  }
  const registry = (operation: string): JavaServer => {
    if (parts.registry) return parts.registry
    throw testingErrors.create('KAFKA_PART_MISSING', { operation, part: 'registry', cure: 'Start the cluster with registry: true.' })
  }
  return {
    brokers: ports.map(({ client }) => `127.0.0.1:${client}`),
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

async function lockFor(folder: string): Promise<FolderLock> {
  const lock = await lockFolder(folder, patience)
  if (!lock) throw testingErrors.create('KAFKA_FOLDER_IN_USE', { folder })
  return lock
}
