import type { AppOptions } from './app-options.js'

/**
 * Gives back what it is given, with the types checked: for a config file of the `ottla` command, whose default export says what
 * the app is made of: `export default defineConfig({ name: 'shop', modules, log: embedded('./data') })`.
 */
export function defineConfig(options: AppOptions): AppOptions {
  return options
}
