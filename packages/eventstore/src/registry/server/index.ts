export type { RegistryStore, SchemaReference, StoredSchema, SubjectVersion } from './registry-store.js'
export { type ServedRegistry, type ServeRegistryOptions, serveRegistry } from './serve-registry.js'
