import { checkReaderWriter, judgeSchema, logicalTypeRisks, parseSchema, schemaChanges, unreadableByOttla } from '@ottla/eventstore'
import type { BrokenPromise, SubjectReport } from './subject-report.js'

/** What the code cannot read although the level lets it pass: what breaks it, and what is only worth a word. */
export interface ReadingProblems {
  readonly broken: readonly BrokenPromise[]
  readonly warnings: readonly string[]
}

/**
 * What Ottla asks beyond the level: that it reads with this schema what each version wrote, and as what was meant. Refused is what breaks with this very change: a version
 * that the newest one still reads. Events are read again for ever, so the level does not excuse them; commands and Ottla's own records pass by, so that what their level
 * allows is their own. Versions that are `told` already are left out. Throws SCHEMA_INVALID.
 */
export function readingProblems(
  kind: SubjectReport['kind'],
  schema: string,
  versions: readonly string[],
  told: ReadonlySet<number | undefined> = new Set(),
): ReadingProblems {
  const broken: BrokenPromise[] = []
  const warnings: string[] = []
  const latest = versions.at(-1)
  for (const [index, earlier] of versions.entries()) {
    const version = index + 1
    if (earlier === schema || told.has(version)) continue
    const problem = problemOf(kind, schema, earlier, version)
    const isNew = latest !== schema && (latest === earlier || latest === undefined || problemOf(kind, latest, earlier, version) === undefined)
    if (problem && isNew && (kind === 'event' || avroReads(schema, earlier))) broken.push({ ...problem, version })
    else if (problem) warnings.push(`version ${version} cannot be read with this schema: ${problem.reasons.join('; ')}`)
    else warnings.push(...logicalTypeRisks(schema, earlier).map(({ sentence }) => `version ${version}: ${sentence}`))
  }
  return { broken, warnings: [...new Set(warnings)] }
}

function problemOf(kind: SubjectReport['kind'], schema: string, earlier: string, version: number): Omit<BrokenPromise, 'version'> | undefined {
  if (!avroReads(schema, earlier)) {
    const reasons = judgeSchema('BACKWARD', schema, [earlier]).broken.flatMap(({ sentences }) =>
      sentences.map(sentence => sentence.replaceAll('version 1', `version ${version}`)),
    )
    return { rule: 'Ottla reads every event that was ever written, whatever the level lets pass', reasons }
  }
  const problem = unreadableByOttla(schema, earlier)
  if (problem !== undefined) {
    const changed = schemaChanges(earlier, schema).filter(change => change.kind === 'changed')
    const where = changed.map(({ path, what }) => `${path}: ${what}`).join('; ')
    return { rule: `a registry accepts this by the rules of Avro, but Ottla cannot read such ${kind}s`, reasons: [where ? `${problem} (${where})` : problem] }
  }
  const reasons = logicalTypeRisks(schema, earlier).flatMap(({ certain, sentence }) => (certain ? `${sentence}. Make a new field` : []))
  if (reasons.length === 0) return undefined
  return { rule: `a registry accepts this by the rules of Avro, but the new code would take old ${kind}s for something else`, reasons }
}

function avroReads(reader: string, writer: string): boolean {
  return checkReaderWriter(parseSchema(reader), parseSchema(writer)).length === 0
}
