import { type DeadLetter, readDeadLetters } from '@ottla/eventstore'
import { chooseApp } from '../app-name.js'
import { type LogChoice, withLog } from '../open-log.js'
import { type Column, printLine, tableText } from '../output.js'
import { letterJson } from './letter-json.js'

export interface DlqOptions extends LogChoice {
  readonly app?: string
  readonly json?: boolean
}

const columns: readonly Column[] = [{ name: 'Set aside' }, { name: 'Id' }, { name: 'Type' }, { name: 'Key' }, { name: 'Bytes', right: true }, { name: 'Code' }]

/** `ottla dlq list`: the dead letters of an app. */
export async function listDeadLetters(options: DlqOptions): Promise<void> {
  const letters = await deadLettersOf(options, 'ottla dlq list')
  if (options.json) for (const letter of letters) await printLine(letterJson(letter))
  else await printLine(tableText(columns, letters.map(rowOf)))
}

/** The dead letters of the app that the options choose. */
export async function deadLettersOf(options: DlqOptions, command: string): Promise<DeadLetter[]> {
  return withLog(options, command, async opened => readDeadLetters({ app: await chooseApp(opened, options.app), log: opened.log }))
}

function rowOf({ setAsideAt, id, headers, key, bytes, code }: DeadLetter): (string | number)[] {
  return [new Date(setAsideAt).toISOString(), id, headers.type ?? '', key ?? '', bytes, code]
}
