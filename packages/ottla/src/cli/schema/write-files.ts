import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '@ottla/eventstore'
import { ottlaErrors } from '../../ottla-errors.js'

/** Writes generated files, with the folders that are missing. Files that are there are replaced only when all have been written beside them. Throws SCHEMA_FILE_UNWRITABLE. */
export function writeFiles(files: readonly { readonly file: string; readonly text: string }[]): void {
  const written: { readonly file: string; readonly temporary: string }[] = []
  try {
    for (const { file, text } of files) written.push({ file, temporary: writeBeside(file, text) })
    for (const { file, temporary } of written) replace(temporary, file)
  } finally {
    for (const { temporary } of written) rmSync(temporary, { force: true })
  }
}

function writeBeside(file: string, text: string): string {
  const temporary = `${file}.${process.pid}.tmp`
  attempt(file, () => {
    makeFolder(dirname(file))
    writeFileSync(temporary, text)
  })
  return temporary
}

function replace(temporary: string, file: string): void {
  attempt(file, () => renameSync(temporary, file))
}

function attempt(file: string, task: () => void): void {
  try {
    task()
  } catch (error) {
    throw ottlaErrors.create('SCHEMA_FILE_UNWRITABLE', { file, error }, { cause: error })
  }
}
