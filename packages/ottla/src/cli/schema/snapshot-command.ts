import { existsSync } from 'node:fs'
import { type CompatibilityLevel, defaultCompatibility } from '@ottla/eventstore'
import { defaultConfigFile, loadConfigFile } from '../config-file.js'
import { printLine } from '../output.js'
import { reportText } from './check-report.js'
import { type CodeSchemas, codeSchemas } from './code-schemas.js'
import { judgeApp } from './judge-app.js'
import { refuseIncompatible } from './refuse-incompatible.js'
import { defaultSnapshotFile, SchemaSnapshot } from './schema-snapshot.js'
import { isRefused, type SubjectReport } from './subject-report.js'

export interface SnapshotOptions {
  readonly config?: string
  readonly file?: string
  readonly level?: CompatibilityLevel
  readonly force?: boolean
  readonly json?: boolean
}

/** A change of the snapshot file. */
interface FileChange {
  readonly subject: string
  /** The version that the schema of the code became; undefined where the subject was taken out. */
  readonly version?: number
  /** The versions that were taken out, as they were numbered before. */
  readonly dropped: readonly number[]
}

/**
 * `ottla schema snapshot`: writes the schemas of the code into the snapshot file, as the next versions. Rejects with SCHEMAS_INCOMPATIBLE after a report, and leaves the file
 * as it was, where a schema may not be the next version; with `force` the versions that it does not go together with are taken out instead.
 */
export async function writeSnapshot(options: SnapshotOptions): Promise<void> {
  const config = await loadConfigFile(options.config ?? defaultConfigFile)
  const code = codeSchemas(config)
  const { file = defaultSnapshotFile, level = config.log.compatibility ?? defaultCompatibility } = options
  const snapshot = existsSync(file) ? SchemaSnapshot.read(file, code.app, level) : SchemaSnapshot.empty(file, code.app, level)
  const reports = await judgeApp(code, snapshot)
  const refused = reports.filter(isRefused)
  if (refused.length > 0 && !options.force) {
    await printLine(options.json ? JSON.stringify({ file, changed: false, changes: [], refused }) : reportText(refused))
    refuseIncompatible(code.app, reports)
  }
  const changes = reports.flatMap(report => change(report, code, snapshot) ?? [])
  const changed = snapshot.save()
  if (options.json) return printLine(JSON.stringify({ file, changed, changes, refused: [] }))
  await printLine([...changes.map(lineOf), changed ? `${file} is written.` : `${file} has not changed.`].join('\n'))
}

function change(report: SubjectReport, { written }: CodeSchemas, snapshot: SchemaSnapshot): FileChange | undefined {
  const { subject, versions, broken } = report
  const schema = written.find(each => each.subject === subject)?.schema
  if (schema === undefined) {
    if (!isRefused(report)) return undefined
    snapshot.remove(subject)
    return { subject, dropped: numbersTo(versions) }
  }
  if (report.status === 'unchanged') return undefined
  const named = new Set(broken.map(({ version }) => version))
  const dropped = numbersTo(versions).filter(version => named.has(version))
  return { subject, version: snapshot.add(subject, schema, version => !named.has(version)), dropped }
}

function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

function lineOf({ subject, version, dropped }: FileChange): string {
  const out = dropped.length > 0 ? `, by --force without the earlier version${dropped.length === 1 ? '' : 's'} ${dropped.join(', ')}` : ''
  return version === undefined ? `${subject} is taken out by --force.` : `${subject} has version ${version}${out}.`
}
