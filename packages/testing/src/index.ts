export { registryContract, type OpenRegistry, type RegistryFact } from './registry-contract.js'
