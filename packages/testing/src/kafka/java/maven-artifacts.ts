import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testingErrors } from '../../testing-errors.js'
import { lockFolder } from './folder-lock.js'

/** The version of the brokers, and those of the registry with the Java that each needs. */
export const kafkaVersion = '4.3.1'
/** The reference implementation that schemas and bytes are compared with. */
const avroVersion = '1.12.1'
const registryVersions = [
  { version: '3.3.3', java: 21 },
  { version: '3.0.9', java: 17 },
] as const

/** Pinned: what `copy-dependencies` and `unpack` are called, and what they do, changed between its versions. */
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
/** The binding of SLF4J is no dependency of the broker: its distribution adds it. The tools have the console clients that tests compare with. */
const jars = [`org.apache.kafka:kafka_2.13:${kafkaVersion}`, `org.apache.kafka:kafka-tools:${kafkaVersion}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4']

/** Of the registry's versions the newest that runs on this Java. */
export function registryVersionFor(java: number): string {
  return (registryVersions.find(version => java >= version.java) ?? registryVersions[1]).version
}

/** The Java that the newest registry needs. */
export const javaOfRegistry = registryVersions[0].java

/**
 * The folder with the broker's jars and those of Kafka's command line tools: `java -cp '<folder>/*' kafka.Kafka`. The first call on a machine fetches them with
 * Maven (55 MB) into the user's cache; processes that come at once wait for the first. Rejects with `KAFKA_DOWNLOAD_FAILED`.
 */
export function kafkaJars(): Promise<string> {
  return cached(`kafka-${kafkaVersion}`, folder => copyJars(folder, jars))
}

/** The folder with the jars of Avro's own implementation, for tests that read what Ottla wrote by other means than Ottla's. As `kafkaJars` (4 MB). */
export function avroJars(): Promise<string> {
  return cached(`avro-${avroVersion}`, folder => copyJars(folder, [`org.apache.avro:avro:${avroVersion}`]))
}

/** The folder of a registry, where `java -jar quarkus-run.jar` starts it. As `kafkaJars` (170 MB). */
export function registryFiles(version: string): Promise<string> {
  const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`
  return cached(`apicurio-registry-${version}`, folder => maven(folder, `${dependencyPlugin}:unpack`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`))
}

/** Whether the jars of the broker are there, so that no Maven is needed. */
export function hasKafkaJars(): boolean {
  return existsSync(cacheFolder(`kafka-${kafkaVersion}`))
}

function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ottla', name)
}

/** A folder that is there is complete: it is filled beside its place, and renamed at the end. */
async function cached(name: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = cacheFolder(name)
  if (existsSync(folder)) return folder
  const lock = await lockFolder(folder, 600_000)
  try {
    if (existsSync(folder)) return folder
    const partial = `${folder}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    await fill(partial)
    renameSync(partial, folder)
    return folder
  } catch (error) {
    throw testingErrors.create('KAFKA_DOWNLOAD_FAILED', { artifact: name, folder, error: firstError(error) }, { cause: error })
  } finally {
    lock?.release()
  }
}

/** Artifacts `group:name:version` with all that they need at run time. */
function copyJars(folder: string, artifacts: readonly string[]): Promise<unknown> {
  const dependencies = artifacts.map(each => {
    const [group, artifact, version] = each.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  })
  const project = '<modelVersion>4.0.0</modelVersion><groupId>ottla</groupId><artifactId>jars</artifactId><version>1</version>'
  writeFileSync(join(folder, 'pom.xml'), `<project>${project}<dependencies>${dependencies.join('')}</dependencies></project>`)
  return maven(folder, `${dependencyPlugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`)
}

/** Runs beside the project's own files, so that no project of the user's is built by accident. */
function maven(folder: string, ...args: string[]): Promise<unknown> {
  return promisify(execFile)('mvn', ['-q', '-B', ...args], { cwd: folder, maxBuffer: 16 * 1024 * 1024 })
}

/** The lines of Maven that name the reason, else what Node.js says. */
function firstError(error: unknown): string {
  const { stdout = '', message } = error as { stdout?: string; message: string }
  const lines = stdout.split('\n').filter(line => line.startsWith('[ERROR]'))
  return (lines[0] ?? message).slice(0, 1000)
}
