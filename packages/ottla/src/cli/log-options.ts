import type { Command } from 'commander'
import { defaultConfigFile } from './config-file.js'

/** Adds the options that say which log a command reads; `data` says what the folder is. */
export function onLog(command: Command, data: string): Command {
  return command
    .option('--data <dir>', data)
    .option('--config <file>', `an ES module whose default export is what createApp takes (default: ${defaultConfigFile}, where there is one)`)
}
