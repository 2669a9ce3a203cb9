import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import Database from 'better-sqlite3'
import { describe, test } from 'vitest'
import { MemoryRegistry } from './memory-registry.js'
import { type OpenRegistry, registryContract } from './registry-contract.js'

const registries: Readonly<Record<string, OpenRegistry>> = {
  'in-memory': () => new MemoryRegistry(),
  embedded: () => new EmbeddedRegistry(new Database(':memory:'), false),
}

describe.each(Object.entries(registries))('the %s registry', (_, open) => {
  for (const { name, run } of registryContract) test(name, () => run(open))
})
