import { once } from 'node:events'
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isOttlaError, type OttlaError } from '@ottla/core'
import { eventstoreErrors } from '../../eventstore-errors.js'
import { type RegistryAddress, registryAddress } from './registry-address.js'
import type { RegistryOptions } from './registry-options.js'

/** A request of Confluent's API; `path` begins with a slash and has its parts encoded. */
export interface RegistryRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: object
}

/** What the registry says: its answer, or one of its own errors, which have a code (40403 is a schema that it does not know). */
export type RegistryAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly code: number; readonly message: string }

interface Response {
  readonly status: number
  readonly text: string
}

const mediaType = 'application/vnd.schemaregistry.v1+json'
/** Request Timeout and Too Many Requests. */
const passing: ReadonlySet<number> = new Set([408, 429])
/** More than any schema; a server that sends without end must not fill the memory. */
const longestAnswer = 32 * 1024 * 1024

/**
 * One schema registry behind HTTP. Each request has one total time-out, up to the last byte, and ends in an answer or in an error, also where the server is killed in
 * mid-answer; see docs/adr/0005 for why the request layer of @kafkajs/confluent-schema-registry is not used.
 */
export class RegistryServer {
  /** What messages call it: the URL without credentials. */
  readonly name: string
  readonly #address: RegistryAddress
  readonly #agent: HttpAgent
  readonly #timeout: number
  readonly #closed = new AbortController()

  /** Throws KAFKA_OPTIONS_INVALID. */
  constructor(options: RegistryOptions) {
    this.#address = registryAddress(options)
    this.name = this.#address.base
    this.#agent = this.name.startsWith('https:') ? new HttpsAgent({ ...options.ssl, keepAlive: true }) : new HttpAgent({ keepAlive: true })
    this.#timeout = options.timeout ?? 10_000
  }

  /** Aborts when the registry is closed. */
  get closing(): AbortSignal {
    return this.#closed.signal
  }

  /**
   * Sends the request once. Only what the registry itself says, with a code of its own, comes back as an answer that is not `ok`: a gateway's 404 must not pass for a
   * schema that does not exist. Rejects with REGISTRY_UNAVAILABLE, REGISTRY_FORBIDDEN, REGISTRY_UNEXPECTED, and LOG_CLOSED after `close`.
   */
  async ask(request: RegistryRequest): Promise<RegistryAnswer> {
    const { status, text } = await this.#exchange(request)
    const body = jsonOf(text)
    if (status >= 200 && status < 300 && body !== undefined) return { ok: true, body }
    const said = errorOf(body)
    const problem = `it answers ${operationOf(request)} with status ${status}${said.message ? `: ${said.message}` : ''}`
    if (status === 401 || status === 403) throw this.#error('REGISTRY_FORBIDDEN', { operation: operationOf(request), status })
    if (status >= 500 || passing.has(status) || isConflict(status, said.code)) throw this.#error('REGISTRY_UNAVAILABLE', { error: problem })
    if (status < 400 || said.code === undefined) throw this.unexpected(body === undefined ? `${problem}, and the answer is no JSON` : problem)
    return { ok: false, status, code: said.code, message: said.message }
  }

  /** The error for an answer that Confluent's API cannot give. */
  unexpected(problem: string): OttlaError {
    return this.#error('REGISTRY_UNEXPECTED', { problem })
  }

  /** Ends the connections; requests under way reject with LOG_CLOSED. */
  close(): void {
    this.#closed.abort()
    this.#agent.destroy()
  }

  async #exchange(request: RegistryRequest): Promise<Response> {
    const aborter = new AbortController()
    const abort = () => aborter.abort()
    const timer = setTimeout(abort, this.#timeout)
    this.closing.addEventListener('abort', abort, { once: true })
    try {
      this.closing.throwIfAborted()
      return await this.#send(request, aborter.signal, await this.#headers(request, aborter.signal))
    } catch (error) {
      if (this.closing.aborted) throw eventstoreErrors.create('LOG_CLOSED', { log: this.name })
      if (isOttlaError(error)) throw error
      const what = aborter.signal.aborted ? `no answer within ${this.#timeout} ms` : problemOf(error)
      throw this.#error('REGISTRY_UNAVAILABLE', { error: what }, error)
    } finally {
      clearTimeout(timer)
      this.closing.removeEventListener('abort', abort)
    }
  }

  async #headers({ body }: RegistryRequest, signal: AbortSignal): Promise<Record<string, string>> {
    const aborted = once(signal, 'abort').then(() => undefined)
    const authorization = await Promise.race([this.#address.authorization(), aborted])
    signal.throwIfAborted()
    return { accept: `${mediaType}, application/json`, ...(body && { 'content-type': mediaType }), ...(authorization && { authorization }) }
  }

  async #send(request: RegistryRequest, signal: AbortSignal, headers: Record<string, string>): Promise<Response> {
    const open = this.name.startsWith('https:') ? httpsRequest : httpRequest
    const outgoing = open(`${this.name}${request.path}`, { method: request.method, agent: this.#agent, headers, signal })
    try {
      const response = responseTo(outgoing)
      outgoing.end(request.body && JSON.stringify(request.body))
      const incoming = await response
      return { status: incoming.statusCode ?? 0, text: await this.#textOf(incoming) }
    } catch (error) {
      // The server had closed the idle connection. All requests of this API may be repeated: a schema that is registered already keeps its id.
      if (!outgoing.reusedSocket || signal.aborted || isOttlaError(error)) throw error
      return this.#send(request, signal, headers)
    }
  }

  async #textOf(incoming: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > longestAnswer) throw this.unexpected(`its answer has more than ${longestAnswer} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString()
  }

  #error(
    code: 'REGISTRY_UNAVAILABLE' | 'REGISTRY_FORBIDDEN' | 'REGISTRY_UNEXPECTED',
    details: { error?: string; operation?: string; status?: number; problem?: string },
    cause?: unknown,
  ): OttlaError {
    const { error, operation, status, problem } = details
    return eventstoreErrors.create(code, { registry: this.name, error, operation, status, problem }, { cause })
  }
}

function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => outgoing.once('response', resolve).on('error', reject))
}

/** What says that a schema is not compatible: 409 up to Confluent's version 7, 40901 from 8 on. */
const incompatible: ReadonlySet<unknown> = new Set([409, 40_901])

/** Apicurio's answer to one of two nodes that change the same subject at the same time has neither. */
function isConflict(status: number, code: number | undefined): boolean {
  return status === 409 && !incompatible.has(code)
}

function operationOf({ method, path }: RegistryRequest): string {
  return `${method} ${path}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function errorOf(body: unknown): { readonly code: number | undefined; readonly message: string } {
  const { error_code: code, message } = (typeof body === 'object' && body !== null ? body : {}) as { error_code?: unknown; message?: unknown }
  return { code: typeof code === 'number' ? code : undefined, message: typeof message === 'string' ? message.slice(0, 1000) : '' }
}

/** Several addresses of one host fail together, and such an error has no message of its own. */
function problemOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(problemOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
