import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AppOptions } from '../app/app-options.js'
import { ottlaErrors } from '../ottla-errors.js'

/** The config file that is used when none is named and it lies in the current folder. */
export const defaultConfigFile = 'ottla.config.js'

/** A config file that has been loaded. */
export interface ConfigFile extends Pick<AppOptions, 'name' | 'modules' | 'log' | 'snapshots'> {
  /** As it was named, for errors. */
  readonly file: string
}

/** Loads a config file: an ES module whose default export is what createApp takes. Rejects with CONFIG_MISSING, CONFIG_FAILED, CONFIG_INVALID. */
export async function loadConfigFile(file: string): Promise<ConfigFile> {
  const path = resolve(file)
  if (!existsSync(path)) throw ottlaErrors.create('CONFIG_MISSING', { file })
  const { default: options } = await load(file, path)
  const problem = findProblem(options)
  if (problem) throw ottlaErrors.create('CONFIG_INVALID', { file, problem })
  return { ...(options as AppOptions), file }
}

async function load(file: string, path: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    throw ottlaErrors.create('CONFIG_FAILED', { file, error }, { cause: error })
  }
}

function findProblem(options: unknown): string | undefined {
  if (options === undefined) return 'has no default export'
  if (typeof options !== 'object' || options === null) return 'exports something else than an object'
  const { name, modules, log } = options as Partial<AppOptions>
  if (typeof name !== 'string' || name === '') return 'does not say the name of the app'
  if (!Array.isArray(modules)) return 'does not list the modules of the app'
  if (typeof log?.open !== 'function') return "does not say which log the app has, such as embedded('./data')"
  return undefined
}
