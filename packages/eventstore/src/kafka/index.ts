export { HttpRegistry } from './registry/http-registry.js'
export type { RegistryAuth, RegistryOptions } from './registry/registry-options.js'
export { type CompatibilityLevel, compatibilityLevels } from '../registry/compatibility-level.js'
