import { checkReaderWriter, logicalTypeRisks, parseSchema, unreadableByOttla } from '@ottla/eventstore'
import type { BrokenPromise, SubjectReport } from './subject-report.js'

/** What the code cannot read although the level lets it pass: what breaks it, and what is only worth a word. */
export interface ReadingProblems {
  readonly broken: readonly BrokenPromise[]
  readonly warnings: readonly string[]
}

/**
 * What Ottla asks beyond the level: that it reads with this schema what each version wrote. Refused is what breaks with this very change: a version that the newest one
 * still reads. Events are read again for ever, so the level does not excuse them; commands and Ottla's own records pass by, so that what their level allows is their own.
 * Where the same bytes get another meaning, a warning says so. Versions that are `told` already are left out.
 */
export function readingProblems(
  kind: SubjectReport['kind'],
  schema: string,
  versions: readonly string[],
  told: ReadonlySet<number | undefined> = new Set(),
): ReadingProblems {
  const broken: BrokenPromise[] = []
  const warnings: string[] = []
  const latest = versions.at(-1) ?? schema
  for (const [index, earlier] of versions.entries()) {
    const version = index + 1
    if (earlier === schema || told.has(version)) continue
    const problem = unreadableByOttla(schema, earlier)
    if (problem === undefined) warnings.push(...logicalTypeRisks(schema, earlier).map(({ sentence }) => `version ${version}: ${sentence}`))
    else if (latest !== schema && stillRead(latest, earlier) && (kind === 'event' || avroReads(schema, earlier)))
      broken.push({ rule: ruleOf(kind, schema, earlier), version, reasons: [problem] })
    else warnings.push(`version ${version} cannot be read with this schema: ${problem}`)
  }
  return { broken, warnings: [...new Set(warnings)] }
}

function ruleOf(kind: SubjectReport['kind'], schema: string, earlier: string): string {
  if (!avroReads(schema, earlier)) return 'Ottla reads every event that was ever written, whatever the level lets pass'
  return `a registry accepts this by the rules of Avro, but Ottla cannot read such ${kind}s`
}

function stillRead(latest: string, earlier: string): boolean {
  return latest === earlier || unreadableByOttla(latest, earlier) === undefined
}

function avroReads(reader: string, writer: string): boolean {
  return checkReaderWriter(parseSchema(reader), parseSchema(writer)).length === 0
}
