import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isOttlaError } from '@ottla/core'
import {
  type CompatibilityLevel,
  canonicalSchema,
  compatibilityLevels,
  exactJsonText,
  parseExactJson,
  parseSchema,
  type RegisteredSchema,
  type RegistryVerdict,
  verdictOn,
} from '@ottla/eventstore'
import { ottlaErrors } from '../../ottla-errors.js'
import type { SchemaHistory } from './schema-history.js'

/** The file that is meant where none is named. */
export const defaultSnapshotFile = 'schemas.json'

/** Counted up when the shape of the file changes. */
const format = 'ottla-schemas/1'

interface Subject {
  readonly level: CompatibilityLevel
  /** Canonical texts, oldest first. */
  readonly versions: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/**
 * The schemas of an app in a file of the user's repository: of every subject its level and all versions, as a registry would have them. Its text depends on nothing but
 * that, so that a diff shows what has changed.
 */
export class SchemaSnapshot implements SchemaHistory {
  private constructor(
    readonly file: string,
    readonly app: string,
    private readonly levelOfNew: CompatibilityLevel,
    private readonly bySubject: Map<string, Subject>,
  ) {}

  static empty(file: string, app: string, levelOfNew: CompatibilityLevel): SchemaSnapshot {
    return new SchemaSnapshot(file, app, levelOfNew, new Map())
  }

  /** Throws SCHEMA_SNAPSHOT_MISSING, SCHEMA_SNAPSHOT_INVALID, also for the file of another app. */
  static read(file: string, app: string, levelOfNew: CompatibilityLevel): SchemaSnapshot {
    if (!existsSync(file)) throw ottlaErrors.create('SCHEMA_SNAPSHOT_MISSING', { file })
    try {
      return new SchemaSnapshot(file, app, levelOfNew, subjectsIn(readFileSync(file, 'utf8'), app))
    } catch (error) {
      throw ottlaErrors.create('SCHEMA_SNAPSHOT_INVALID', { file, problem: (error as Error).message }, { cause: error })
    }
  }

  /** The versions are numbered by their ids. */
  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return (this.bySubject.get(subject)?.versions ?? []).map((schema, index) => ({ id: index + 1, schema }))
  }

  async compatibility(subject: string): Promise<CompatibilityLevel> {
    return this.bySubject.get(subject)?.level ?? this.levelOfNew
  }

  async check(subject: string, schema: string): Promise<RegistryVerdict> {
    return verdictOn(canonicalSchema(schema), await this.compatibility(subject), await this.versions(subject))
  }

  async subjects(): Promise<readonly string[]> {
    return [...this.bySubject.keys()].sort()
  }

  /** Makes a schema a version, the newest one unless it is one already, keeps those of the others that `keep` says, and gives its number. */
  add(subject: string, schema: string, keep: (version: number) => boolean): number {
    const { level = this.levelOfNew, versions = [] } = this.bySubject.get(subject) ?? {}
    const kept = new Set([...versions.filter((_, index) => keep(index + 1)), canonicalSchema(schema)])
    this.bySubject.set(subject, { level, versions: [...kept] })
    return [...kept].indexOf(canonicalSchema(schema)) + 1
  }

  remove(subject: string): void {
    this.bySubject.delete(subject)
  }

  /** Whole or not at all; gives whether anything has changed. Throws SCHEMA_SNAPSHOT_UNWRITABLE. */
  save(): boolean {
    const text = this.text()
    if (existsSync(this.file) && readFileSync(this.file, 'utf8') === text) return false
    const temporary = `${this.file}.${process.pid}.tmp`
    try {
      writeFileSync(temporary, text)
      renameSync(temporary, this.file)
    } catch (error) {
      throw ottlaErrors.create('SCHEMA_SNAPSHOT_UNWRITABLE', { file: this.file, error }, { cause: error })
    }
    return true
  }

  private text(): string {
    const sorted = [...this.bySubject].sort(([a], [b]) => (a < b ? -1 : 1))
    const subjects = Object.fromEntries(
      sorted.map(([subject, { level, versions }]) => [subject, { level, versions: versions.map(schema => parseExactJson(schema)) }]),
    )
    return `${exactJsonText({ format, app: this.app, subjects }, 2)}\n`
  }
}

function subjectsIn(text: string, app: string): Map<string, Subject> {
  const json = objectIn(parseExactJson(text), 'the file')
  if (json.format !== format) throw new Error(`its format is ${JSON.stringify(json.format)}, where ${JSON.stringify(format)} belongs`)
  if (json.app !== app) throw new Error(`it is of the app ${json.app}, and this one is ${app}`)
  return new Map(Object.entries(objectIn(json.subjects, 'subjects')).map(([subject, value]) => [subject, subjectIn(subject, value)]))
}

function subjectIn(subject: string, value: unknown): Subject {
  const { level, versions } = objectIn(value, subject)
  if (!Array.isArray(versions) || versions.length === 0) throw new Error(`${subject} has no versions`)
  if (!compatibilityLevels.includes(level as CompatibilityLevel)) {
    throw new Error(`the level ${JSON.stringify(level)} of ${subject} is none of ${compatibilityLevels.join(', ')}`)
  }
  const texts = versions.map((version, index) => schemaIn(`version ${index + 1} of ${subject}`, version))
  if (new Set(texts).size < texts.length) throw new Error(`${subject} has one version twice`)
  return { level: level as CompatibilityLevel, versions: texts }
}

function schemaIn(what: string, json: unknown): string {
  const text = exactJsonText(json) ?? ''
  try {
    parseSchema(text)
    return canonicalSchema(text)
  } catch (error) {
    throw new Error(`${what} is no schema: ${isOttlaError(error) ? error.details.problem : error}`, { cause: error })
  }
}

function objectIn(json: unknown, what: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(`${what} is no JSON object`)
  return json as Json
}
