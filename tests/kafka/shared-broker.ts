/** The global set-up of the project `tests/kafka`: one broker with a registry for all its files, started only when one of them runs. */
import { isOttlaError } from '@ottla/core'
import { type KafkaCluster, kafkaSource, startKafka } from '@ottla/testing/kafka'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The addresses of the shared broker. */
    kafkaBrokers: string[]
    /** The shared registry. */
    registryUrl: string
    /** Why there is no shared broker although the tests must run; fails every file. */
    kafkaProblem: string | undefined
  }
}

/** Vitest awaits the function that this gives when the last test is over. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { cluster, problem } = await start()
  project.provide('kafkaBrokers', [...(cluster?.brokers ?? [])])
  project.provide('registryUrl', cluster?.registryUrl ?? '')
  // An error here would end the whole run, also the projects that need no broker.
  project.provide('kafkaProblem', problem)
  if (!cluster && problem === undefined) skipAll(project)
  return cluster && (() => cluster.stop())
}

async function start(): Promise<{ cluster?: KafkaCluster; problem?: string }> {
  if (!process.env.CI && (await kafkaSource()) === undefined) return {}
  try {
    return { cluster: await startKafka({ registry: true }) }
  } catch (error) {
    return { problem: isOttlaError(error) ? error.message : String((error as Error).stack) }
  }
}

/** A pattern that no test's name fits: the report counts them as skipped, and their hooks do not run. */
function skipAll(project: TestProject): void {
  project.config.testNamePattern = /(?!)/
  process.stderr.write(
    '\n*** NO BROKER: the tests in tests/kafka are SKIPPED. Set KAFKA_BROKERS, start Docker, or install Java 17 with Maven (CONTRIBUTING.md). ***\n\n',
  )
}
