import { existsSync } from 'node:fs'
import { AvroCodec, type Codec, type LogConfig, type OpenLog } from '@ottla/eventstore'
import { embedded } from '@ottla/eventstore/embedded'
import { ottlaErrors } from '../ottla-errors.js'
import { type ConfigFile, defaultConfigFile, loadConfigFile } from './config-file.js'

/** The options that say which log a command reads. */
export interface LogChoice {
  readonly data?: string
  readonly config?: string
}

/** A log that a command reads. */
export interface ReadLog extends OpenLog {
  readonly codec: Codec
  /** The config file, where one is named or is needed to find the log. */
  readonly config?: ConfigFile
}

/**
 * Opens the log for reading only, runs `work` and closes it again. The app may run meanwhile, and nothing is created where no
 * log is. `--data` goes before the log of a config file. Rejects with USAGE_INVALID when neither is named and there is no
 * default config file, and with the errors of the config file and the log.
 */
export async function withLog<T>(choice: LogChoice, command: string, work: (log: ReadLog) => Promise<T>): Promise<T> {
  const { log, config } = await chooseLog(choice, command)
  const opened = await log.open({ readOnly: true })
  try {
    return await work({ ...opened, codec: new AvroCodec(opened.registry), config })
  } finally {
    await opened.log.close()
  }
}

/** Which log is meant; `--data` goes before the log of a config file. Rejects with USAGE_INVALID and the errors of the config file. */
export async function chooseLog({ data, config: named }: LogChoice, command: string): Promise<{ readonly log: LogConfig; readonly config?: ConfigFile }> {
  const file = named ?? (data === undefined && existsSync(defaultConfigFile) ? defaultConfigFile : undefined)
  const config = file === undefined ? undefined : await loadConfigFile(file)
  if (data !== undefined) return { log: embedded(data), config }
  if (config) return { log: config.log, config }
  const problem = `Neither --data nor --config is given, and there is no ${defaultConfigFile} in this folder`
  throw ottlaErrors.create('USAGE_INVALID', { problem, command })
}
