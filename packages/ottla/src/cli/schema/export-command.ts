import { join } from 'node:path'
import { aggregateParticipant, exactJsonText, messageSchema, parseExactJson } from '@ottla/eventstore'
import { definitionsOf } from '../../app/modules.js'
import { defaultConfigFile, loadConfigFile } from '../config-file.js'
import { printLine } from '../output.js'
import { writeFiles } from './write-files.js'

export interface ExportOptions {
  readonly config?: string
  readonly out: string
  readonly json?: boolean
}

/** `ottla schema export`: an .avsc file for each event and command of the app's modules, complete in itself, with the schema that the app registers. Rejects with SCHEMA_FILE_UNWRITABLE. */
export async function exportSchemas(options: ExportOptions): Promise<void> {
  const { modules } = await loadConfigFile(options.config ?? defaultConfigFile)
  const participants = definitionsOf(modules).aggregates.map(definition => aggregateParticipant(definition))
  const messages = new Set(participants.flatMap(({ events, commands }) => [...events, ...commands]))
  const files = [...messages]
    .map(message => ({
      file: join(options.out, `${message.name}.avsc`),
      type: message.name,
      text: `${exactJsonText(parseExactJson(messageSchema(message).text), 2)}\n`,
    }))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
  writeFiles(files)
  if (options.json) return printLine(JSON.stringify({ files: files.map(({ file, type }) => ({ file, type })) }))
  await printLine(files.map(({ file, type }) => `${file} has ${type}.`).join('\n'))
}
