import type { CompatibilityLevel } from '../registry/compatibility-level.js'
import { levelRules } from './level-rules.js'
import { parseSchema } from './parse-schema.js'
import { checkReaderWriter } from './reader-writer-check.js'

/** Who must have the new schema first: those who read, those who write, either; or neither order is safe, and both sides must change together. */
export type DeployFirst = 'readers' | 'writers' | 'either' | 'neither'

/** The order that a level promises to be safe for every change that it lets pass. */
export function deployFirst(level: CompatibilityLevel): DeployFirst {
  const { readsEarlier, readByEarlier } = levelRules[level]
  return order(readsEarlier, readByEarlier)
}

/** The order that is safe for this very change, which may be freer than the level. Throws SCHEMA_INVALID. */
export function deployFirstFor(schema: string, earlier: string): DeployFirst {
  const [after, before] = [parseSchema(schema), parseSchema(earlier)]
  return order(checkReaderWriter(after, before).length === 0, checkReaderWriter(before, after).length === 0)
}

function order(newReadsOld: boolean, oldReadsNew: boolean): DeployFirst {
  if (newReadsOld) return oldReadsNew ? 'either' : 'readers'
  return oldReadsNew ? 'writers' : 'neither'
}
