export { embedded, removeData, type EmbeddedOptions } from './embedded.js'
export { EmbeddedRegistry } from './embedded-registry.js'
