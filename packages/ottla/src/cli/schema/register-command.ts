import type { CompatibilityLevel, SchemaRegistry } from '@ottla/eventstore'
import { defaultConfigFile, loadConfigFile } from '../config-file.js'
import { type Column, printLine, tableText } from '../output.js'
import { reportText } from './check-report.js'
import { codeSchemas } from './code-schemas.js'
import { judgeApp } from './judge-app.js'
import { refuseIncompatible } from './refuse-incompatible.js'
import type { SchemaHistory } from './schema-history.js'
import { type RegistryChoice, withRegistry } from './schema-source.js'
import { isRefused, type SubjectReport } from './subject-report.js'

export interface RegisterOptions extends RegistryChoice {
  readonly config?: string
  readonly level?: CompatibilityLevel
  readonly json?: boolean
}

interface Registered {
  readonly subject: string
  readonly id: number
  /** Whether the subject did not have the schema before. */
  readonly added: boolean
  readonly level: CompatibilityLevel
  /** Whether the level was set now. */
  readonly levelSet: boolean
}

const columns: readonly Column[] = [{ name: 'Id', right: true }, { name: 'Subject' }, { name: 'Schema' }, { name: 'Level' }]

/**
 * `ottla schema register`: puts the schemas of the code into a registry, as the app would when it starts. All are checked first, and nothing is written where one may not be
 * the next version: SCHEMAS_INCOMPATIBLE after a report. An error of the registry amid them leaves those before it registered; the same command goes on from there.
 */
export async function registerSchemas(options: RegisterOptions): Promise<void> {
  const config = await loadConfigFile(options.config ?? defaultConfigFile)
  const { app, ...code } = codeSchemas(config)
  const schemas = new Map(code.written.map(({ subject, schema }) => [subject, schema]))
  await withRegistry(options, config, { readOnly: false }, async registry => {
    const judged = await judgeApp({ app, ...code }, atLevel(registry, options.level))
    const reports = judged.filter(({ subject }) => schemas.has(subject))
    const refused = reports.filter(isRefused)
    if (refused.length > 0) {
      await printLine(options.json ? JSON.stringify({ app, registered: [], refused }) : reportText(refused))
      refuseIncompatible(app, reports)
    }
    const registered: Registered[] = []
    for (const report of reports) registered.push(await register(registry, report, schemas.get(report.subject) as string))
    if (options.json) return printLine(JSON.stringify({ app, registered, refused }))
    await printLine(tableText(columns, registered.map(rowOf)))
  })
}

/** A subject without a level gets one: Apicurio takes everything then. NONE is somebody's choice, or Apicurio's word for no level: it stays, unless a level is asked for. */
function atLevel(registry: SchemaRegistry, level: CompatibilityLevel | undefined): SchemaHistory {
  return {
    versions: subject => registry.versions(subject),
    check: (subject, schema) => registry.check(subject, schema),
    subjects: () => registry.subjects(),
    compatibility: async subject => {
      const own = await registry.ownCompatibility(subject)
      return own === undefined || own === 'NONE' ? (level ?? (own || registry.compatibility(subject))) : own
    },
  }
}

async function register(registry: SchemaRegistry, { subject, level, status }: SubjectReport, schema: string): Promise<Registered> {
  const levelSet = (await registry.ownCompatibility(subject)) !== level
  if (levelSet) await registry.setCompatibility(subject, level)
  return { subject, id: await registry.register(subject, schema), added: status !== 'unchanged', level, levelSet }
}

function rowOf({ subject, id, added, level, levelSet }: Registered): (string | number)[] {
  return [id, subject, added ? 'registered' : 'unchanged', levelSet ? `${level} (set)` : level]
}
