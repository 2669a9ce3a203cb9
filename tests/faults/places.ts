import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the repository, from the sources as from what they are compiled to. */
const repository = rootAbove(import.meta.dirname)

/** The built program of a node of the bank. */
export const nodeProgram = join(repository, 'tests/dist/faults/bank/node.js')

/** The built program that keeps a view of the shop. */
export const viewProgram = join(repository, 'tests/dist/faults/projection/view-process.js')

/** The witness, which Java runs as it is. */
export const readerProgram = join(repository, 'tests/faults/reader/ReadTopics.java')

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'vitest.workspace.ts')) ? folder : rootAbove(dirname(folder))
}
