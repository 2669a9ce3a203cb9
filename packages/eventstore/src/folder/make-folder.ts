import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes the folder and those above it that are missing. One by one: Node's recursive mkdir never returns below /proc. Throws Node's error. */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  if (!existsSync(path)) makeFolder(dirname(path))
  mkdirSync(path)
}
