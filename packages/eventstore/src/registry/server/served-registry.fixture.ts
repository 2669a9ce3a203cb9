import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { EmbeddedRegistry } from '../../embedded/embedded-registry.js'
import type { RegistryStore } from './registry-store.js'
import { serveRegistry } from './serve-registry.js'

export const mediaType = 'application/vnd.schemaregistry.v1+json'

export interface Reply {
  readonly status: number
  readonly type: string | null
  readonly body: unknown
}

/** A registry on a free port, until the test is over, and how a client of it asks. Without a store, an empty one. */
export async function servedRegistry(store: RegistryStore = new EmbeddedRegistry(new Database(':memory:'), false).store()) {
  const failures: unknown[] = []
  const served = await serveRegistry(store, { port: 0, failed: error => failures.push(error) })
  onTestFinished(served.close)
  const ask = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(served.url + path, { method, body: text, headers: { ...(body !== undefined && { 'content-type': mediaType }), ...headers } })
    const said = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), body: said === '' ? undefined : JSON.parse(said) }
  }
  /** The body of an answer, for what is no concern of the test. */
  const given = async (method: string, path: string, body?: unknown) => {
    const reply = await ask(method, path, body)
    if (reply.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(reply)}`)
    return reply.body
  }
  const register = async (subject: string, schema: string, more: object = {}) =>
    ((await given('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema, ...more })) as { id: number }).id
  /** Status and code of a refusal. */
  const refusal = async (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => {
    const { status, body: said } = await ask(method, path, body, headers)
    return [status, (said as { error_code?: unknown }).error_code]
  }
  return { ...served, store, failures, ask, given, register, refusal }
}

/** A record with these fields; one that begins with a question mark has a default. */
export function recordOf(name: string, ...fields: readonly string[]): string {
  const field = (each: string) => (each.startsWith('?') ? { name: each.slice(1), type: 'string', default: '' } : { name: each, type: 'string' })
  return JSON.stringify({ name, type: 'record', fields: fields.map(field) })
}
