import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseExactJson } from '@ottla/eventstore'
import { ottlaErrors } from '../../../ottla-errors.js'

/** A file with one schema, or a list of them. */
export interface AvscFile {
  readonly file: string
  /** Its JSON; whole numbers that JavaScript's numbers do not hold are bigints. */
  readonly json: unknown
}

/** The .avsc files that are named, and those in the folders that are named, in the order of their names. Throws AVSC_MISSING, AVSC_INVALID. */
export function readAvscFiles(paths: readonly string[]): readonly AvscFile[] {
  return [...new Set(paths.flatMap(filesOf))].map(file => ({ file, json: parse(file) }))
}

function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) throw ottlaErrors.create('AVSC_MISSING', { path })
  if (!statSync(path).isDirectory()) return [path]
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.avsc'))
  if (inside.length === 0) throw ottlaErrors.create('AVSC_MISSING', { path: join(path, '**', '*.avsc') })
  return inside.sort().map(name => join(path, name))
}

function parse(file: string): unknown {
  try {
    return parseExactJson(readFileSync(file, 'utf8').replace(/^\ufeff/, ''))
  } catch (error) {
    throw ottlaErrors.create('AVSC_INVALID', { file, place: 'its text', problem: (error as Error).message }, { cause: error })
  }
}
