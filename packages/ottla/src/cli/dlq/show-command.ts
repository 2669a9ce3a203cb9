import type { DeadLetter } from '@ottla/eventstore'
import { ottlaErrors } from '../../ottla-errors.js'
import { printLine } from '../output.js'
import { letterJson } from './letter-json.js'
import { type DlqOptions, deadLettersOf } from './list-command.js'

/** `ottla dlq show`: all that is known of one dead letter. */
export async function showDeadLetter(id: string, options: DlqOptions): Promise<void> {
  const letters = await deadLettersOf(options, 'ottla dlq show')
  const letter = letters.find(each => each.id === id)
  if (!letter) throw ottlaErrors.create('DEAD_LETTER_UNKNOWN', { id, count: letters.length })
  await printLine(options.json ? letterJson(letter) : textOf(letter))
}

/** A line for each thing, its name first. */
function textOf(letter: DeadLetter): string {
  const { id, reader, topic, partition, offset, timestamp, setAsideAt, reason, attempts, key, value, headers, bytes } = letter
  const about: readonly (readonly [string, string | number])[] = [
    ['id', id],
    ['reader', reader],
    ['place', `${topic}-${partition}@${offset}`],
    ['written', new Date(timestamp).toISOString()],
    ['set aside', new Date(setAsideAt).toISOString()],
    ['attempts', attempts],
    ['reason', reason],
    ['key', key ?? 'none'],
    ...Object.entries(headers).map(([header, text]) => [`header ${header}`, text] as const),
    ['bytes', value && value.length < bytes ? `${bytes}, of which the first ${value.length} are kept` : bytes],
    ['value', value?.toString('base64') ?? 'none'],
  ]
  const width = Math.max(...about.map(([name]) => name.length))
  return about.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n')
}
