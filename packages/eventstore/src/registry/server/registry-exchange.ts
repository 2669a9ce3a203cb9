import type { IncomingMessage, ServerResponse } from 'node:http'
import { exactJsonText } from '../exact-json.js'
import { refusalFor } from './refusal-for.js'
import { RegistryRouter } from './registry-router.js'
import type { RegistryStore } from './registry-store.js'
import { requestBody } from './request-body.js'
import { httpRefusals, RestError } from './rest-error.js'

const mediaType = 'application/vnd.schemaregistry.v1+json'
const acceptable = /(^|,)\s*(\*\/\*|application\/(\*|json|vnd\.schemaregistry(\.v1)?\+json))\s*(;|,|$)/i

/** Answers requests out of a store. Those that may change it run one after another, so that what one has looked at still holds when it writes. */
export class RegistryExchange {
  readonly #router = new RegistryRouter()
  #changes: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly store: RegistryStore,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, 200, await this.#answerTo(request))
    } catch (error) {
      // Who went away in the middle of a request waits for no answer.
      if (request.destroyed && !request.complete) return
      const refusal = refusalFor(error) ?? new RestError(500, 500, 'HTTP 500 Internal Server Error')
      if (refusal.status === 500) this.failed(error)
      // What is left of the request is not read.
      if (!request.complete) response.setHeader('connection', 'close')
      send(response, refusal.status, { error_code: refusal.code, message: refusal.message })
    }
  }

  async #answerTo(request: IncomingMessage): Promise<unknown> {
    const { method = '', url = '', headers } = request
    const { route, path, query } = this.#router.match(method, url)
    if (headers.accept && !acceptable.test(headers.accept)) throw httpRefusals.notAcceptable()
    const body = method === 'POST' || method === 'PUT' ? await requestBody(request) : undefined
    const run = () => route(this.store, { path, query, body })
    if (method === 'GET' || method === 'HEAD') return run()
    const running = this.#changes.then(run)
    this.#changes = running.catch(() => {})
    return running
  }
}

function send(response: ServerResponse, status: number, json: unknown): void {
  const body = Buffer.from(exactJsonText(json))
  response.writeHead(status, { 'content-type': mediaType, 'content-length': body.length }).end(body)
}
