import { relative } from 'node:path'
import { appTopics } from '@ottla/eventstore'
import { type ProjectionDefinition, rebuildView, viewPath } from '@ottla/projections'
import { definitionsOf } from '../app/modules.js'
import { ottlaErrors } from '../ottla-errors.js'
import { chooseApp } from './app-name.js'
import { type ConfigFile, defaultConfigFile, loadConfigFile } from './config-file.js'
import { onInterruption } from './interruption.js'
import { type LogChoice, withLog } from './open-log.js'
import { printLine } from './output.js'
import { ReplayProgress } from './replay-progress.js'

export interface ReplayOptions extends LogChoice {
  readonly json?: boolean
}

/**
 * `ottla replay`: builds a view anew from the beginning of the log and swaps it in, while the app runs or not. Shows its progress on
 * standard error. Ctrl-C ends it with VIEW_STOPPED, and the view is as it was.
 */
export async function replay(projection: string, options: ReplayOptions): Promise<void> {
  const signal = onInterruption()
  const config = options.config ?? defaultConfigFile
  const definition = projectionNamed(projection, await loadConfigFile(config))
  await withLog({ ...options, config }, 'ottla replay', async opened => {
    const { log, codec, folder } = opened
    const topics = [appTopics(await chooseApp(opened)).events]
    const progress = new ReplayProgress(projection)
    const report = await rebuildView({ definition, log, codec, topics, folder, signal, progress: state => progress.update(state) }).finally(() =>
      progress.stop(),
    )
    const file = viewPath(folder, projection)
    const { records, failures } = report
    if (options.json) return printLine(JSON.stringify({ projection, ...report, file }))
    await printLine(`View ${projection} is rebuilt from ${records} records: ${shortPath(file)}`)
    if (failures > 0) await printLine(`It is degraded: ${failures} events were left out. ottla lag tells why.`)
  })
}

/** A path as it is short to read: from the current folder, where it lies in that. */
function shortPath(file: string): string {
  const path = relative('', file)
  return path.startsWith('..') ? file : path
}

function projectionNamed(projection: string, { modules, file }: ConfigFile): ProjectionDefinition {
  const { projections } = definitionsOf(modules)
  const definition = projections.find(({ name }) => name === projection)
  if (definition) return definition
  const known = projections.map(({ name }) => name).join(', ') || 'none'
  throw ottlaErrors.create('PROJECTION_UNKNOWN', { projection, file, known })
}
