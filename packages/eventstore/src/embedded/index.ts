export { embedded, type EmbeddedOptions } from './embedded.js'
export { checkFolder } from '../folder/check-folder.js'
export { removeData } from '../folder/remove-data.js'
export { EmbeddedRegistry } from './embedded-registry.js'
