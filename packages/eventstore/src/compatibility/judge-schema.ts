import type { CompatibilityLevel } from '../registry/compatibility-level.js'
import { describeIncompatibility } from './describe-incompatibility.js'
import type { Incompatibility } from './incompatibility.js'
import { levelRules } from './level-rules.js'
import { parseSchema } from './parse-schema.js'
import { checkReaderWriter } from './reader-writer-check.js'

/** One rule that a new schema breaks with one earlier version. */
export interface BrokenRule {
  /** BACKWARD: the new schema cannot read what this version wrote. FORWARD: this version cannot read what the new schema writes. */
  readonly rule: 'BACKWARD' | 'FORWARD'
  /** The earlier version, counted from 1. */
  readonly version: number
  readonly incompatibilities: readonly Incompatibility[]
  /** A sentence for each of them, with what to do. */
  readonly sentences: readonly string[]
}

/** Whether a subject at this level takes a schema as its next version, and why not. */
export interface SchemaVerdict {
  readonly level: CompatibilityLevel
  readonly compatible: boolean
  /** Newest version first. */
  readonly broken: readonly BrokenRule[]
}

/**
 * The verdict on a schema after these versions, oldest first, as a registry with Avro's Java reference gives it. Versions with the schema itself among them count like
 * any other. At NONE everything that is a schema passes. Throws SCHEMA_INVALID, also for a version that counts and is none.
 */
export function judgeSchema(level: CompatibilityLevel, schema: string, versions: readonly string[]): SchemaVerdict {
  const { readsEarlier, readByEarlier, transitive } = levelRules[level]
  const next = parseSchema(schema)
  const counting = readsEarlier || readByEarlier ? versions.slice(transitive ? 0 : -1) : []
  const broken: BrokenRule[] = []
  for (const [index, text] of counting.entries()) {
    const earlier = parseSchema(text)
    const version = versions.length - counting.length + index + 1
    const names = { next: 'the new schema', earlier: `version ${version}` }
    if (readsEarlier) add(broken, 'BACKWARD', version, checkReaderWriter(next, earlier), names.next, names.earlier)
    if (readByEarlier) add(broken, 'FORWARD', version, checkReaderWriter(earlier, next), names.earlier, names.next)
  }
  return { level, compatible: broken.length === 0, broken: broken.sort((a, b) => b.version - a.version) }
}

function add(
  broken: BrokenRule[],
  rule: BrokenRule['rule'],
  version: number,
  incompatibilities: readonly Incompatibility[],
  reader: string,
  writer: string,
): void {
  if (incompatibilities.length === 0) return
  const sentences = incompatibilities.map(each => describeIncompatibility(each, { reader, writer }))
  broken.push({ rule, version, incompatibilities, sentences: [...new Set(sentences)] })
}
