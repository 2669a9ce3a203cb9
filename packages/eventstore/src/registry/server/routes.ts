import type { RegistryStore } from './registry-store.js'
import type { RestRequest } from './rest-request.js'

/** Gives what is answered as JSON with status 200, or rejects with a RestError or an error of the store. */
export type Route = (store: RegistryStore, request: RestRequest) => Promise<unknown>

/** Routes by method and path, whose parts that begin with a colon are named: `GET /subjects/:subject/versions`. */
export type Routes = Readonly<Record<string, Route>>
