import type { OpenOptions, SchemaRegistry } from '@ottla/eventstore'
import { embedded } from '@ottla/eventstore/embedded'
import { HttpRegistry, readRegistry } from '@ottla/eventstore/kafka'
import { ottlaErrors } from '../../ottla-errors.js'
import type { ConfigFile } from '../config-file.js'

/** The options that say which registry a command means; without one it is that of the config file. */
export interface RegistryChoice {
  readonly registry?: string
  readonly data?: string
}

/**
 * Opens the registry, runs `work` and closes it again. With `readOnly` nothing is created and an app may run meanwhile. A registry behind HTTP is asked without the
 * brokers, and not waited for. Rejects with USAGE_INVALID and with the errors of the registry and the log.
 */
export async function withRegistry<T>(
  choice: RegistryChoice,
  config: ConfigFile,
  options: Required<OpenOptions>,
  work: (registry: SchemaRegistry) => Promise<T>,
): Promise<T> {
  const { registry, close } = await openRegistry(choice, config, options)
  try {
    return await work(registry)
  } finally {
    await close()
  }
}

interface Opened {
  readonly registry: SchemaRegistry
  close(): void | Promise<void>
}

async function openRegistry({ registry: url, data }: RegistryChoice, { log }: ConfigFile, options: OpenOptions): Promise<Opened> {
  if (url !== undefined) return openHttp(url, log.compatibility)
  if (data === undefined && log.openRegistry) return log.openRegistry()
  const opened = await (data === undefined ? log : embedded(data)).open(options)
  return { registry: opened.registry, close: () => opened.log.close() }
}

/** The URL may hold a password: it is not shown. */
function openHttp(url: string, compatibility: ConfigFile['log']['compatibility']): Opened {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw ottlaErrors.create('USAGE_INVALID', { problem: 'What --registry gives is no URL such as http://127.0.0.1:8081', command: 'ottla schema' })
  }
  const registry = new HttpRegistry({ ...readRegistry(url), startTimeout: 0, ...(compatibility && { compatibility }) })
  return { registry, close: () => registry.close() }
}
