import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { eventstoreErrors } from '../../eventstore-errors.js'
import { RegistryExchange } from './registry-exchange.js'
import type { RegistryStore } from './registry-store.js'

export interface ServeRegistryOptions {
  /** Default 8081, which is that of Confluent's registry; 0 takes one that is free. */
  readonly port?: number
  /** Default 127.0.0.1: who can reach the registry can change it, since it asks for no credentials. */
  readonly host?: string
  /** Told of each error that was no fault of a request: a full disk, a damaged file. The client has been told, too. */
  readonly failed?: (error: unknown) => void
}

/** A registry that is being served. */
export interface ServedRegistry {
  /** What clients are given. */
  readonly url: string
  /** Stops listening; requests under way are answered, for up to 2 seconds. The store stays open. */
  close(): Promise<void>
}

/** How long requests under way may take at the end, in milliseconds. */
const patience = 2_000

/**
 * Serves a registry over HTTP as Confluent's Schema Registry does, for clients of any language: see docs/reference/registry.md. Resolves when it listens.
 * Rejects with REGISTRY_ADDRESS_UNUSABLE.
 */
export async function serveRegistry(store: RegistryStore, options: ServeRegistryOptions = {}): Promise<ServedRegistry> {
  const { port = 8081, host = '127.0.0.1', failed = () => {} } = options
  const exchange = new RegistryExchange(store, failed)
  const server = createServer((request, response) => void exchange.answer(request, response))
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const problem = code === 'EADDRINUSE' ? 'another process listens there' : message
    throw eventstoreErrors.create('REGISTRY_ADDRESS_UNUSABLE', { host, port, problem }, { cause: error })
  }
  const { port: actual } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  return { url: `http://${isIPv6(host) ? `[${host}]` : host}:${actual}`, close: () => (closing ??= end(server)) }
}

async function end(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const timer = setTimeout(() => server.closeAllConnections(), patience)
  await closed
  clearTimeout(timer)
}
