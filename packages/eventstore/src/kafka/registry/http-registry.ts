import { setTimeout as wait } from 'node:timers/promises'
import { isOttlaError } from '@ottla/core'
import { levelRules } from '../../compatibility/level-rules.js'
import { parseSchema } from '../../compatibility/parse-schema.js'
import { eventstoreErrors } from '../../eventstore-errors.js'
import { canonicalSchema } from '../../registry/canonical-schema.js'
import { type CompatibilityLevel, compatibilityLevel, compatibilityLevels, defaultCompatibility } from '../../registry/compatibility-level.js'
import { verdictOn } from '../../registry/next-version.js'
import type { RegisteredSchema, RegistryVerdict, SchemaRegistry } from '../../registry/schema-registry.js'
import { KeptAnswers } from './kept-answers.js'
import type { RegistryOptions } from './registry-options.js'
import { type RegistryAnswer, type RegistryRequest, RegistryServer } from './registry-server.js'

type Refusal = Extract<RegistryAnswer, { ok: false }>

/** Confluent's code for an id that no schema has. */
const schemaNotFound = 40_403
/** Confluent's codes for a subject, or a version of it, that there is not. */
const versionNotFound = [40_401, 40_402]
/** Confluent's code for a text that is no schema. */
const schemaInvalid = 42_201
/** The pauses between requests to a registry that does not answer when the app starts, in milliseconds. */
const pauses = { first: 100, longest: 2000 }

/**
 * A Confluent-compatible schema registry over HTTP. What never changes is asked for once and kept: the schema of an id, a version of a subject, the id of a schema that was
 * registered. So encoding and reading need the registry only for schemas that are new to this process.
 *
 * Every call may reject with REGISTRY_UNAVAILABLE, REGISTRY_FORBIDDEN or REGISTRY_UNEXPECTED. All three are retriable and nothing has to be made anew: the next call
 * succeeds as soon as the registry does. `register` and `versions`, which an app calls when it starts, wait for a registry that does not answer, up to `startTimeout`; the
 * start of the app fails then, as it does at once where the credentials are wrong or something else answers, and is the supervisor's to repeat. The others reject after
 * one request, so that their callers decide how to wait.
 */
export class HttpRegistry implements SchemaRegistry {
  readonly #server: RegistryServer
  readonly #level: CompatibilityLevel
  readonly #startTimeout: number
  readonly #schemas = new KeptAnswers<RegisteredSchema>()
  readonly #versions = new KeptAnswers<RegisteredSchema | undefined>()
  readonly #ids = new KeptAnswers<number>()

  /** Sends nothing yet. Throws KAFKA_OPTIONS_INVALID. */
  constructor(options: RegistryOptions) {
    this.#level = options.compatibility ?? defaultCompatibility
    if (!compatibilityLevels.includes(this.#level)) {
      const cure = `Give one of ${compatibilityLevels.join(', ')}.`
      throw eventstoreErrors.create('KAFKA_OPTIONS_INVALID', { option: 'registry.compatibility', problem: `${this.#level} is no level`, cure })
    }
    this.#startTimeout = options.startTimeout ?? 30_000
    this.#server = new RegistryServer(options)
  }

  /**
   * Also sets the level of a subject that has none, before its first version, so that a subject without one is never left behind. A level that is there is an
   * operator's and stays. (Apicurio answers NONE for a subject with versions and no level: it stays, too.) Rejects with SCHEMA_INCOMPATIBLE where the level forbids
   * the schema, with SCHEMA_INVALID and with REGISTRY_REFUSED.
   */
  async register(subject: string, schema: string): Promise<number> {
    const canonical = canonicalSchema(schema)
    return this.#ids.get(JSON.stringify([subject, canonical]), () => this.#patiently(() => this.#register(subject, canonical)))
  }

  /** Rejects with SCHEMA_INVALID, too, where the id is that of a Protobuf or JSON schema. */
  schemaById(id: number): Promise<RegisteredSchema> {
    return this.#schemas.get(String(id), async () => {
      const answer = await this.#server.ask({ method: 'GET', path: `/schemas/ids/${id}` })
      if (answer.ok) return this.#schemaIn(answer.body, id)
      if (answer.code === schemaNotFound) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: id })
      throw this.#refused(`the request for schema ${id}`, answer)
    })
  }

  latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.#version(subject, 'latest')
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.#patiently(() => this.#allVersions(subject))
  }

  async subjects(): Promise<readonly string[]> {
    const body = await this.#found({ method: 'GET', path: '/subjects' })
    if (!isListOf(body, 'string')) throw this.#server.unexpected('it answers GET /subjects with something else than a list of names')
    return body.sort()
  }

  /** The option `compatibility` where the subject has no level of its own, since `register` will set that one. */
  async compatibility(subject: string): Promise<CompatibilityLevel> {
    return (await this.ownCompatibility(subject)) ?? this.#level
  }

  async ownCompatibility(subject: string): Promise<CompatibilityLevel | undefined> {
    const path = levelPathOf(subject)
    const found = await this.#server.ask({ method: 'GET', path })
    if (!found.ok) {
      if (found.status !== 404) throw this.#refused(`the request for the level of ${subject}`, found)
      return undefined
    }
    const { compatibilityLevel: name } = (found.body ?? {}) as { compatibilityLevel?: unknown }
    const level = compatibilityLevels.find(each => each === name)
    if (!level) throw this.#server.unexpected(`it answers GET ${path} with the level ${name}`)
    return level
  }

  async setCompatibility(subject: string, level: CompatibilityLevel): Promise<void> {
    await this.#setLevel(subject, compatibilityLevel(level))
  }

  /** The registry's own verdict where the subject has a level there, else Ottla's at the level that `register` will set. */
  async check(subject: string, schema: string): Promise<RegistryVerdict> {
    const canonical = canonicalSchema(schema)
    parseSchema(canonical)
    const versions = await this.#allVersions(subject)
    const own = await this.ownCompatibility(subject)
    const verdict = verdictOn(canonical, own ?? this.#level, versions)
    if (own === undefined || versions.length === 0 || versions.some(version => version.schema === canonical)) return verdict
    return this.#askVerdict(subject, canonical, verdict)
  }

  /** Ends the connections; calls under way reject with LOG_CLOSED. */
  close(): void {
    this.#server.close()
  }

  async #register(subject: string, schema: string): Promise<number> {
    const known = (await this.#allVersions(subject)).find(version => version.schema === schema)
    if (known) return known.id
    const level = await this.#ensureLevel(subject)
    const request = { method: 'POST', path: `${pathOf(subject)}/versions`, body: { schema } } as const
    const answer = await this.#server.ask(request)
    if (!answer.ok) {
      if (answer.status === 409) throw eventstoreErrors.create('SCHEMA_INCOMPATIBLE', { subject, level, reason: answer.message })
      if (answer.code === schemaInvalid) throw eventstoreErrors.create('SCHEMA_INVALID', { schema: schema.slice(0, 80), problem: answer.message })
      throw this.#refused(`the schema of ${subject}`, answer)
    }
    const id = this.#idIn(answer.body)
    void this.#schemas.get(String(id), async () => ({ id, schema }))
    return id
  }

  /** The level in force. Apicurio and Confluent keep the level of a subject that has no version yet. */
  async #ensureLevel(subject: string): Promise<string> {
    const own = await this.ownCompatibility(subject)
    if (own === undefined) await this.#setLevel(subject, this.#level)
    return own ?? this.#level
  }

  async #setLevel(subject: string, level: CompatibilityLevel): Promise<void> {
    const set = await this.#server.ask({ method: 'PUT', path: levelPathOf(subject), body: { compatibility: level } })
    if (!set.ok) throw this.#refused(`the level ${level} of ${subject}`, set)
  }

  /** The path names the versions that the level asks for: where it names none, Apicurio compares with all of them, whatever the level is. */
  async #askVerdict(subject: string, schema: string, local: RegistryVerdict): Promise<RegistryVerdict> {
    const path = `/compatibility${pathOf(subject)}/versions${levelRules[local.level].transitive ? '' : '/latest'}?verbose=true`
    const answer = await this.#server.ask({ method: 'POST', path, body: { schema } })
    if (!answer.ok) {
      if (answer.code === schemaInvalid) throw eventstoreErrors.create('SCHEMA_INVALID', { schema: schema.slice(0, 80), problem: answer.message })
      throw this.#refused(`the check of a schema of ${subject}`, answer)
    }
    const { is_compatible: compatible, messages = [] } = (answer.body ?? {}) as { is_compatible?: unknown; messages?: unknown }
    if (typeof compatible !== 'boolean') throw this.#server.unexpected(`it answers POST ${path} without a verdict`)
    if (compatible) return { compatible, level: local.level, reasons: [] }
    const told = isListOf(messages, 'string') && messages.length > 0 ? messages : ['the registry gives no reason']
    return { compatible, level: local.level, reasons: local.reasons.length > 0 ? local.reasons : told }
  }

  async #allVersions(subject: string): Promise<readonly RegisteredSchema[]> {
    const path = `${pathOf(subject)}/versions`
    const numbers = await this.#found({ method: 'GET', path })
    if (numbers === undefined) return []
    if (!isListOf(numbers, 'number')) throw this.#server.unexpected(`it answers GET ${path} with something else than a list of numbers`)
    const versions: RegisteredSchema[] = []
    for (const number of numbers.sort((a, b) => a - b)) {
      const version = await this.#versions.get(JSON.stringify([subject, number]), () => this.#version(subject, number))
      // One that was deleted since the list was made is missing.
      if (version) versions.push(version)
    }
    return versions
  }

  async #version(subject: string, number: number | 'latest'): Promise<RegisteredSchema | undefined> {
    const body = await this.#found({ method: 'GET', path: `${pathOf(subject)}/versions/${number}` })
    return body === undefined ? undefined : this.#schemaIn(body, this.#idIn(body))
  }

  /** The answer's body, or undefined where there is no such subject or version. */
  async #found(request: RegistryRequest): Promise<unknown> {
    const answer = await this.#server.ask(request)
    if (answer.ok) return answer.body
    if (versionNotFound.includes(answer.code)) return undefined
    throw this.#refused(`${request.method} ${request.path}`, answer)
  }

  #schemaIn(body: unknown, id: number): RegisteredSchema {
    const { schema, schemaType = 'AVRO' } = (body ?? {}) as { schema?: unknown; schemaType?: unknown }
    if (typeof schema !== 'string') throw this.#server.unexpected(`its answer has no schema with id ${id}`)
    if (schemaType !== 'AVRO') throw eventstoreErrors.create('SCHEMA_INVALID', { schema: id, problem: `its type is ${schemaType}` })
    return { id, schema: canonicalSchema(schema) }
  }

  #idIn(body: unknown): number {
    const { id } = (body ?? {}) as { id?: unknown }
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= 2 ** 32)
      throw this.#server.unexpected(`it gives the id ${id}, which is none of four bytes`)
    return id
  }

  #refused(operation: string, { status, code, message }: Refusal): Error {
    return eventstoreErrors.create('REGISTRY_REFUSED', { registry: this.#server.name, operation, reason: `${message} (status ${status}, code ${code})` })
  }

  /** Real time, not an injected clock: it waits for a server, and keeps a process alive that has nothing else to do yet. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#startTimeout
    for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.longest)) {
      try {
        return await ask()
      } catch (error) {
        if (!isOttlaError(error, 'REGISTRY_UNAVAILABLE') || performance.now() + pause > deadline) throw error
        await wait(pause, undefined, { signal: this.#server.closing }).catch(() => {})
      }
    }
  }
}

function pathOf(subject: string): string {
  return `/subjects/${encodeURIComponent(subject)}`
}

function levelPathOf(subject: string): string {
  return `/config/${encodeURIComponent(subject)}`
}

function isListOf<K extends 'string' | 'number'>(body: unknown, kind: K): body is (K extends 'string' ? string : number)[] {
  return Array.isArray(body) && body.every(item => typeof item === kind)
}
