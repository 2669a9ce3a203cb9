import { once } from 'node:events'
import { isOttlaError } from '@ottla/core'
import type { LogConfig, OpenLog } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import { serveRegistry } from '@ottla/eventstore/registry-server'
import { ottlaErrors } from '../ottla-errors.js'
import { onInterruption } from './interruption.js'
import { chooseLog, type LogChoice } from './open-log.js'
import { printLine } from './output.js'

export interface RegistryOptions extends LogChoice {
  readonly port: number
  readonly host: string
  readonly readOnly?: boolean
}

/**
 * `ottla registry`: serves the schemas of a data folder as a schema registry, until Ctrl-C. Creates the folder where there is none. Only one process writes a
 * folder, so beside an app that runs it can be served for reading only.
 */
export async function runRegistry({ port, host, readOnly = false, ...choice }: RegistryOptions): Promise<void> {
  const interruption = onInterruption()
  const { log } = await chooseLog(choice, 'ottla registry')
  const opened = await open(log, readOnly)
  try {
    if (!(opened.registry instanceof EmbeddedRegistry)) throw ottlaErrors.create('REGISTRY_ELSEWHERE', {})
    const served = await serveRegistry(opened.registry.store(), { port, host, failed })
    try {
      await printLine(served.url)
      if (!interruption.aborted) await once(interruption, 'abort')
    } finally {
      await served.close()
    }
  } finally {
    await opened.log.close()
  }
}

async function open(log: LogConfig, readOnly: boolean): Promise<OpenLog> {
  try {
    return await log.open({ readOnly })
  } catch (error) {
    if (isOttlaError(error, 'LOG_IN_USE')) throw ottlaErrors.create('REGISTRY_FOLDER_IN_USE', { folder: error.details.folder }, { cause: error })
    throw error
  }
}

/** The client has been told; the registry goes on. */
function failed(error: unknown): void {
  process.stderr.write(`${isOttlaError(error) ? error.message : `UNEXPECTED: ${error instanceof Error ? error.stack : error}`}\n`)
}
