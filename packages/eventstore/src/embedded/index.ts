export { EmbeddedRegistry } from './embedded-registry.js'
