import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A tiny server for what no real registry can be made to do; it answers as its handler of the moment does. */
export class OddServer {
  /** Method, path and body of each request. */
  readonly requests: string[] = []
  /** The header `authorization` of each request. */
  readonly authorizations: (string | undefined)[] = []
  #server = this.#listen()
  #port = 0

  constructor(public handler: Handler) {}

  async start(): Promise<this> {
    this.#server = this.#listen()
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`
  }

  get url(): string {
    return `http://${this.host}`
  }

  #listen() {
    return createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      this.requests.push(`${request.method} ${request.url} ${body}`.trim())
      this.authorizations.push(request.headers.authorization)
      this.handler(request, response, body)
    })
  }
}

/** A handler that always answers the same. */
export function answers(status: number, body: unknown): Handler {
  return (_, response) => void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A handler with the behaviour of a registry, as far as one subject goes. */
export function registryOf(subject: string): { readonly handler: Handler; readonly schemas: string[]; level: string | undefined } {
  const state = { schemas: [] as string[], level: undefined as string | undefined, handler: (() => {}) as Handler }
  const missing = (code: number) => [404, { error_code: code, message: 'not found' }] as const
  const answer = (method: string, path: string, body: string): readonly [number, unknown] => {
    if (path === `/config/${subject}` && method === 'PUT') state.level = JSON.parse(body).compatibility
    if (path === `/config/${subject}`) return state.level ? [200, { compatibilityLevel: state.level }] : missing(40_408)
    const [, kind, version] = /^\/(schemas\/ids|subjects\/\w+\/versions)\/?(\d*)$/.exec(path) ?? []
    if (method === 'POST') return [200, { id: state.schemas.push(JSON.parse(body).schema) }]
    if (version) {
      const schema = state.schemas[Number(version) - 1]
      return schema ? [200, { id: Number(version), schema }] : missing(kind === 'schemas/ids' ? 40_403 : 40_402)
    }
    return state.schemas.length > 0 ? [200, state.schemas.map((_, index) => index + 1)] : missing(40_401)
  }
  state.handler = (request, response, body) => {
    const [status, said] = answer(request.method ?? '', request.url ?? '', body)
    answers(status, said)(request, response, body)
  }
  return state
}
