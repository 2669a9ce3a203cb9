import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import { HttpRegistry } from '@ottla/eventstore/kafka'
import { serveRegistry } from '@ottla/eventstore/registry-server'
import { registryContract } from '@ottla/testing'
import Database from 'better-sqlite3'
import { describe, onTestFinished, test } from 'vitest'
import { KafkajsRegistry } from './kafkajs-registry.fixture.js'
import { startRegistry, temporaryFolder } from './registry-process.fixture.js'

function open(url: string): HttpRegistry {
  const registry = new HttpRegistry({ url })
  onTestFinished(() => registry.close())
  return registry
}

async function serve(): Promise<string> {
  const { url, close } = await serveRegistry(new EmbeddedRegistry(new Database(':memory:'), false).store(), { port: 0 })
  onTestFinished(close)
  return url
}

describe('the embedded registry over HTTP', () => {
  for (const { name, run } of registryContract) test(name, () => run(async () => open(await serve())))
})

describe('the embedded registry for @kafkajs/confluent-schema-registry', () => {
  for (const { name, run } of registryContract) {
    test(name, () =>
      run(async () => {
        const registry = new KafkajsRegistry(await serve())
        onTestFinished(() => registry.close())
        return registry
      }),
    )
  }
})

describe('ottla registry', () => {
  for (const { name, run } of registryContract) test(name, () => run(async () => open((await startRegistry(temporaryFolder())).url)))
})
