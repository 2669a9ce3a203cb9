import { defaultCompatibility } from '@ottla/eventstore'
import { defaultConfigFile, loadConfigFile } from '../config-file.js'
import { printLine } from '../output.js'
import { reportText } from './check-report.js'
import { codeSchemas } from './code-schemas.js'
import { judgeApp } from './judge-app.js'
import { refuseIncompatible } from './refuse-incompatible.js'
import { defaultSnapshotFile, SchemaSnapshot } from './schema-snapshot.js'
import { type RegistryChoice, withRegistry } from './schema-source.js'
import { isRefused } from './subject-report.js'

export interface CheckOptions extends RegistryChoice {
  readonly config?: string
  /** true where the option names no file. */
  readonly snapshot?: string | true
  readonly json?: boolean
}

/** `ottla schema check`: what the schemas of the code mean for a registry or a snapshot file. Changes nothing. Rejects with SCHEMAS_INCOMPATIBLE after the report. */
export async function checkSchemas(options: CheckOptions): Promise<void> {
  const config = await loadConfigFile(options.config ?? defaultConfigFile)
  const code = codeSchemas(config)
  const { snapshot } = options
  const file = snapshot === true ? defaultSnapshotFile : snapshot
  const reports =
    file === undefined
      ? await withRegistry(options, config, { readOnly: true }, registry => judgeApp(code, registry))
      : await judgeApp(code, SchemaSnapshot.read(file, code.app, config.log.compatibility ?? defaultCompatibility))
  const { app } = code
  await printLine(options.json ? JSON.stringify({ app, compatible: !reports.some(isRefused), subjects: reports }) : reportText(reports))
  refuseIncompatible(app, reports)
}
