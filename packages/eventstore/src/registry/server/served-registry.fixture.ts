import { onTestFinished } from 'vitest'
import type { RegistryStore } from './registry-store.js'
import { serveRegistry } from './serve-registry.js'

export interface Reply {
  readonly status: number
  readonly type: string | null
  readonly body: unknown
}

/** A registry on a free port, until the test is over, and how a client of it asks. */
export async function servedRegistry(store: RegistryStore) {
  const failures: unknown[] = []
  const served = await serveRegistry(store, { port: 0, failed: error => failures.push(error) })
  onTestFinished(served.close)
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const type = { ...(body !== undefined && { 'content-type': 'application/vnd.schemaregistry.v1+json' }) }
    const response = await fetch(served.url + path, { method, body: text, headers: { ...type, ...headers } })
    const said = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), body: said === '' ? undefined : JSON.parse(said) }
  }
  return { ...served, failures, ask }
}
