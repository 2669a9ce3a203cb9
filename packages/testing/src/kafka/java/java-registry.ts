import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { registryAnswers } from '../broker/registry-answers.js'
import { type Java, quickStart } from './java-home.js'
import { JavaServer } from './java-server.js'
import { registryFiles, registryVersionFor } from './maven-artifacts.js'
import type { WatchedPrograms } from './watched-programs.js'

/**
 * Apicurio in a JVM, with its schemas in the folder. Every write is on the disk before it is answered (H2 waits half a second otherwise): after a `kill -9` a
 * schema has the id that it had.
 */
export async function javaRegistry(programs: WatchedPrograms, java: Java, folder: string, port: number, management: number): Promise<JavaServer> {
  const files = await registryFiles(registryVersionFor(java.version))
  mkdirSync(join(folder, 'registry'), { recursive: true })
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  const properties = {
    'java.io.tmpdir': join(folder, 'tmp'),
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': management,
    'quarkus.log.console.level': 'WARN',
    'apicurio.datasource.url': `jdbc:h2:file:${join(folder, 'registry/schemas')};WRITE_DELAY=0`,
  }
  return new JavaServer(programs, {
    name: 'The registry',
    file: java.file,
    args: [
      ...quickStart,
      '-Xmx384m',
      '-XX:-UsePerfData',
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
      '-jar',
      join(files, 'quarkus-run.jar'),
    ],
    output: join(folder, 'registry/registry.log'),
    check: () => registryAnswers(port),
  })
}
