export { registryContract, type OpenRegistry, type RegistryFact } from './registry-contract.js'
export { MemoryBroker, type CommitFate, type MemoryBrokerOptions } from './memory-log/memory-broker.js'
export { MemoryLog } from './memory-log/memory-log.js'
export { MemoryRegistry } from './memory-registry.js'
