import { ottlaErrors } from '../../ottla-errors.js'
import { isRefused, type SubjectReport } from './subject-report.js'

/** Throws SCHEMAS_INCOMPATIBLE, which ends the command with an exit code of its own, where a subject forbids that the code is deployed. */
export function refuseIncompatible(app: string, reports: readonly SubjectReport[]): void {
  const refused = reports.filter(isRefused)
  if (refused.length === 0) return
  const subjects = refused.map(({ subject }) => subject).join(', ')
  throw ottlaErrors.create('SCHEMAS_INCOMPATIBLE', { app, subjects })
}
