import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testingErrors } from '../../testing-errors.js'
import { brokerInSync } from '../broker/broker-in-sync.js'
import { type BrokerPorts, brokerProperties } from '../broker/broker-settings.js'
import type { BrokerSettings } from '../kafka-cluster.js'
import { type Java, quickStart } from './java-home.js'
import { endOf, JavaServer } from './java-server.js'
import type { WatchedPrograms } from './watched-programs.js'

/** What all brokers of a cluster share. */
export interface BrokerHome {
  readonly java: Java
  readonly jars: string
  readonly folder: string
  readonly ports: readonly BrokerPorts[]
  /** As in `KafkaOptions`. */
  readonly throughput: boolean
  readonly settings: BrokerSettings
}

/** Only what is wrong, to standard output, which the watcher sends into a file. */
const logging = `<Configuration status="ERROR">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n%throwable"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`

/** Writes the configuration of broker `id` for this start. */
export function configureBroker({ folder, ports, settings }: BrokerHome, id: number): void {
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  mkdirSync(join(folder, `broker-${id}`), { recursive: true })
  writeFileSync(join(folder, 'log4j2.xml'), logging)
  writeFileSync(fileOf(folder, id, 'server.properties'), brokerProperties(id, ports, fileOf(folder, id, 'data'), settings))
}

/** Makes the data folder of broker `id`, as `kafka-storage.sh format` does. */
export async function formatBroker(programs: WatchedPrograms, home: BrokerHome, id: number, clusterId: string): Promise<void> {
  const output = fileOf(home.folder, id, 'format.log')
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', fileOf(home.folder, id, 'server.properties')]
  const program = await programs.run(home.java.file, [...quickStart, ...jvm(home, '128m'), ...tool], output)
  const how = await program.exited
  if (how !== 'exit code 0') {
    throw testingErrors.create('KAFKA_START_FAILED', { part: `The format of broker ${id}`, problem: `it ended with ${how}`, log: endOf(output, 0) })
  }
}

/** Broker `id` in a JVM. Its start resolves when it is in sync with the brokers that `runs` names. */
export function javaBroker(programs: WatchedPrograms, home: BrokerHome, id: number, runs: (id: number) => boolean): JavaServer {
  const ports = home.ports.map(({ client }) => client)
  return new JavaServer(programs, {
    name: `Broker ${id}`,
    file: home.java.file,
    args: [...(home.throughput ? [] : quickStart), ...jvm(home, '384m'), 'kafka.Kafka', fileOf(home.folder, id, 'server.properties')],
    output: fileOf(home.folder, id, 'broker.log'),
    check: () => brokerInSync(id, ports, runs),
  })
}

/** A killed JVM leaves performance data and unpacked libraries in the system's temporary folder: here they are off, and go with the folder. */
function jvm({ folder, jars }: BrokerHome, heap: string): string[] {
  const temporary = `-Djava.io.tmpdir=${join(folder, 'tmp')}`
  const logs = `-Dlog4j2.configurationFile=${join(folder, 'log4j2.xml')}`
  return [`-Xmx${heap}`, '-XX:-UsePerfData', '-Djava.awt.headless=true', temporary, logs, '-cp', join(jars, '*')]
}

function fileOf(folder: string, id: number, name: string): string {
  return join(folder, `broker-${id}`, name)
}
