export { embedded, type EmbeddedOptions } from './embedded.js'
export { removeData } from '../folder/remove-data.js'
export { EmbeddedRegistry } from './embedded-registry.js'
