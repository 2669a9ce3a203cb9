import { changeLine, type DeployFirst } from '@ottla/eventstore'
import type { BrokenPromise, SubjectReport, SubjectStatus } from './subject-report.js'

const width = 'incompatible'.length

/** What a check found, for people: the subjects with something to say in full, the others in one line each, and a summary at the end. */
export function reportText(reports: readonly SubjectReport[]): string {
  return [...reports.map(subjectText), '', summary(reports)].join('\n')
}

function subjectText(report: SubjectReport): string {
  const { status, subject, changes, broken, warnings, deployFirst, versions } = report
  const lines = [`${status.padEnd(width)}  ${subject} ${aside(report)}`]
  if (changes.length > 0) lines.push(`  since version ${versions}:`, ...changes.map(change => `    ${changeLine(change)}`))
  for (const [rule, each] of Map.groupBy(broken, ({ rule }) => rule)) lines.push(`  ${rule}`, ...each.flatMap(reasonLines))
  lines.push(...warnings.map(warning => `  warning: ${warning}`))
  if (deployFirst) lines.push(`  deploy first: ${orderText(deployFirst, report)}`)
  return lines.join('\n')
}

function reasonLines({ version, reasons }: BrokenPromise): readonly string[] {
  return reasons.map(reason => (version === undefined ? `    ${reason}` : `    version ${version}: ${reason}`))
}

function aside({ status, level, versions, now }: SubjectReport): string {
  if (status === 'new') return `(${level})`
  const counted = `${versions} version${versions === 1 ? '' : 's'}`
  return now === undefined ? `(${level}, ${counted})` : `(now ${now}; ${counted})`
}

function orderText(order: DeployFirst, { kind, status, versions }: SubjectReport): string {
  const old = status === 'renamed' ? 'code that knows the old name only' : `code of version ${versions}`
  switch (order) {
    case 'readers':
      return `readers, for ${old} cannot read the new ${kind}s`
    case 'writers':
      return `writers, for the new code cannot read what ${old} writes`
    case 'either':
      return 'readers or writers, in any order'
    case 'neither':
      return `neither, for the new code and ${old} cannot read each other's ${kind}s`
  }
}

const statuses: readonly SubjectStatus[] = ['incompatible', 'removed', 'renamed', 'upcast', 'compatible', 'new', 'unchanged']

/** `7 subjects: 1 incompatible, 6 unchanged` */
export function summary(reports: readonly SubjectReport[]): string {
  const counts = statuses.map(status => [reports.filter(report => report.status === status).length, status] as const).filter(([count]) => count > 0)
  const total = `${reports.length} subject${reports.length === 1 ? '' : 's'}`
  return `${total}${counts.length > 0 ? ': ' : ''}${counts.map(([count, status]) => `${count} ${status}`).join(', ')}`
}
