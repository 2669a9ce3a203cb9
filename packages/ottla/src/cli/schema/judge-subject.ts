import {
  type AppSchema,
  type BrokenRule,
  type CompatibilityLevel,
  type DeployFirst,
  deployFirstFor,
  judgeSchema,
  type RegistryVerdict,
  schemaChanges,
  unreadableByOttla,
} from '@ottla/eventstore'
import { readingProblems } from './ottla-reading.js'
import type { BrokenPromise, SubjectReport } from './subject-report.js'

/** What is known of a subject. */
export interface KnownSubject {
  readonly level: CompatibilityLevel
  /** Oldest first. */
  readonly versions: readonly string[]
  /** Where a registry has one. */
  readonly verdict?: RegistryVerdict
}

/** What a change of the code means for one subject. Throws SCHEMA_INVALID, also for a version that is none. */
export function judgeSubject({ subject, schema, message }: AppSchema, kind: SubjectReport['kind'], known: KnownSubject): SubjectReport {
  const { level, versions } = known
  const latest = versions.at(-1)
  const about = { subject, kind, type: message.name, level, versions: versions.length }
  const warnings =
    level === 'NONE' && versions.length > 0
      ? ['at the level NONE a registry takes every schema: ottla schema register --level BACKWARD_TRANSITIVE sets another']
      : []
  if (latest === undefined) return { ...about, status: 'new', changes: [], broken: [], warnings }
  if (versions.includes(schema)) {
    // A registry takes it again whatever came later; but code that goes back to it may not read what the newest version has written.
    const { broken, warnings: more } = readingProblems(kind, schema, versions)
    const status = broken.length > 0 ? 'incompatible' : 'unchanged'
    return { ...about, status, changes: schemaChanges(latest, schema), broken, warnings: [...warnings, ...more] }
  }
  const byLevel = brokenByLevel(kind, schema, known)
  const reading = readingProblems(kind, schema, versions, new Set(byLevel.map(({ version }) => version)))
  const broken = [...byLevel, ...reading.broken]
  return {
    ...about,
    status: broken.length > 0 ? 'incompatible' : 'compatible',
    changes: schemaChanges(latest, schema),
    broken,
    warnings: [...warnings, ...reading.warnings],
    deployFirst: safeOrder(schema, latest),
  }
}

function brokenByLevel(kind: SubjectReport['kind'], schema: string, { level, versions, verdict }: KnownSubject): readonly BrokenPromise[] {
  const { broken } = judgeSchema(level, schema, versions)
  if (broken.length > 0) return broken.map(each => ({ rule: ruleInWords(kind, level, each), version: each.version, reasons: each.sentences }))
  if (!verdict || verdict.compatible) return []
  return [{ rule: `the registry does not take it at the level ${level}`, reasons: verdict.reasons }]
}

function ruleInWords(kind: SubjectReport['kind'], level: CompatibilityLevel, { rule }: BrokenRule): string {
  const all = level.endsWith('_TRANSITIVE')
  if (rule === 'BACKWARD') return `${level}: the new code must read ${all ? `all old ${kind}s` : `the ${kind}s of the newest version`}`
  return `${level}: code of ${all ? 'every earlier version' : 'the newest version'} must read the new ${kind}s`
}

/** As Avro has it, and as Ottla's codec can. */
function safeOrder(schema: string, latest: string): DeployFirst {
  const byAvro = deployFirstFor(schema, latest)
  const newReadsOld = (byAvro === 'either' || byAvro === 'readers') && unreadableByOttla(schema, latest) === undefined
  const oldReadsNew = (byAvro === 'either' || byAvro === 'writers') && unreadableByOttla(latest, schema) === undefined
  if (newReadsOld) return oldReadsNew ? 'either' : 'readers'
  return oldReadsNew ? 'writers' : 'neither'
}
