import { type AppSchema, type AppTopics, parseSchema, schemaChanges } from '@ottla/eventstore'
import type { CodeSchemas } from './code-schemas.js'
import { judgeSubject } from './judge-subject.js'
import { readingProblems } from './ottla-reading.js'
import type { SchemaHistory } from './schema-history.js'
import type { SubjectReport } from './subject-report.js'

/** What the code means for every subject of the app, by subject: those that it writes, and those of its events and commands that it no longer has. Rejects with SCHEMA_INVALID and the errors of the registry. */
export async function judgeApp(code: CodeSchemas, history: SchemaHistory): Promise<readonly SubjectReport[]> {
  const reports: SubjectReport[] = []
  for (const written of code.written) reports.push(await judgeWritten(written, code.topics, history))
  const written = new Set(code.written.map(({ subject }) => subject))
  for (const subject of await history.subjects()) {
    const report = written.has(subject) ? undefined : await judgeGone(subject, code, history)
    if (report) reports.push(report)
  }
  return reports.sort((a, b) => (a.subject < b.subject ? -1 : 1))
}

async function judgeWritten(written: AppSchema, topics: AppTopics, history: SchemaHistory): Promise<SubjectReport> {
  const { subject, schema } = written
  const versions = (await history.versions(subject)).map(version => version.schema)
  const level = await history.compatibility(subject)
  const verdict = versions.length === 0 || versions.includes(schema) ? undefined : await history.check(subject, schema)
  return judgeSubject(written, kindOf(written, topics), { level, versions, verdict })
}

/** Of a subject of the app's events or commands whose type the code does not write; undefined for one of somebody else. */
async function judgeGone(subject: string, code: CodeSchemas, history: SchemaHistory): Promise<SubjectReport | undefined> {
  const { topics } = code
  const topic = [topics.events, topics.commands].find(topic => subject.startsWith(`${topic}-`))
  if (topic === undefined) return undefined
  const type = subject.slice(topic.length + 1)
  const versions = (await history.versions(subject)).map(version => version.schema)
  const latest = versions.at(-1)
  if (latest === undefined || nameOf(latest) !== type) return undefined
  const kind = isOttlas(type) ? 'record' : topic === topics.events ? 'event' : 'command'
  const about = { subject, kind, type, level: await history.compatibility(subject), versions: versions.length } as const
  const older = code.read.find(read => read.subject === subject)
  if (older) return { ...about, status: 'upcast', changes: schemaChanges(latest, older.schema), ...readingProblems(kind, older.schema, versions) }
  const successor = [...code.written, ...code.read].find(known => known.topic === topic && aliasesOf(known.schema).includes(type))
  if (!successor) return { ...about, status: 'removed', changes: [], ...removal(kind, type) }
  const changes = schemaChanges(latest, successor.schema)
  const reading = readingProblems(kind, successor.schema, versions)
  return { ...about, status: 'renamed', now: successor.message.name, changes, ...reading, deployFirst: 'readers' }
}

/** Events stay in the log, and a stream with one that has no class cannot be read; commands and replies pass by. */
function removal(kind: SubjectReport['kind'], type: string): Pick<SubjectReport, 'broken' | 'warnings'> {
  if (kind !== 'event') {
    const what = kind === 'command' ? 'commands of this type that still wait in the inbox will fail' : 'sagas that are under way will not go on'
    return { broken: [], warnings: [`the code does not have it any more: ${what}`] }
  }
  const cure = `keep the class, make ${type} an alias of its new name, or read it with @Upcast`
  return {
    broken: [{ rule: 'Ottla reads every event that was ever written, whatever the level lets pass', reasons: [`the code has no class for it: ${cure}`] }],
    warnings: [],
  }
}

function kindOf({ topic, message }: AppSchema, topics: AppTopics): SubjectReport['kind'] {
  if (isOttlas(message.name)) return 'record'
  return topic === topics.events ? 'event' : 'command'
}

/** Ottla's own types: events of sagas, replies, snapshots. */
function isOttlas(type: string): boolean {
  return type.startsWith('ottla.')
}

function nameOf(schema: string): string | undefined {
  const node = parseSchema(schema)
  return 'name' in node ? node.name : undefined
}

function aliasesOf(schema: string): readonly string[] {
  const node = parseSchema(schema)
  return 'aliases' in node ? node.aliases : []
}
