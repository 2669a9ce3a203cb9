import findMyWay from 'find-my-way'
import { compatibilityRoutes } from './compatibility-routes.js'
import { configRoutes } from './config-routes.js'
import { modeRoutes } from './mode-routes.js'
import { httpRefusals } from './rest-error.js'
import type { RestRequest } from './rest-request.js'
import type { Route } from './routes.js'
import { schemaRoutes } from './schema-routes.js'
import { subjectRoutes } from './subject-routes.js'

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const

/** Long enough for every name of a subject that is no mistake. */
const longestName = 8192

const routes: Readonly<Record<string, Route>> = {
  'GET /': async () => ({}),
  'GET /contexts': async () => ['.'],
  ...subjectRoutes,
  ...schemaRoutes,
  ...configRoutes,
  ...compatibilityRoutes,
  ...modeRoutes,
}

/** A route with what the URL says to it. */
export interface MatchedRoute extends Omit<RestRequest, 'body'> {
  readonly route: Route
}

/** Gives the route of each request, by method and URL. */
export class RegistryRouter {
  readonly #routes = findMyWay({
    ignoreTrailingSlash: true,
    maxParamLength: longestName,
    querystringParser: query => new URLSearchParams(query),
    onBadUrl: () => {},
  })

  constructor() {
    for (const [name, route] of Object.entries(routes)) {
      const [method, path] = name.split(' ') as [(typeof methods)[number], string]
      this.#routes.on(method, path, () => {}, route)
    }
  }

  /** HEAD is GET. Throws 400 for an URL that is none, 404, 405. */
  match(method: string, url: string): MatchedRoute {
    const asked = methods.find(each => each === (method === 'HEAD' ? 'GET' : method))
    const found = asked && this.#routes.find(asked, url)
    if (found?.store) return { route: found.store as Route, path: found.params, query: found.searchParams as unknown as URLSearchParams }
    if (found) throw httpRefusals.badRequest('HTTP 400 Bad Request: the path cannot be decoded')
    throw methods.some(each => this.#routes.find(each, url)) ? httpRefusals.methodNotAllowed() : httpRefusals.notFound()
  }
}
