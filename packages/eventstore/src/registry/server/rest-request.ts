import { httpRefusals, RestError, refusals } from './rest-error.js'

/** A request whose path has been matched. */
export interface RestRequest {
  /** The named parts of the path, decoded. */
  readonly path: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** The JSON of the body; undefined where the method has none. */
  readonly body: unknown
}

const globalContext = ':.:'

/**
 * The subject of the path. `:.:name` is Confluent's long form of `name`; other contexts are refused, since there is one. Throws 42208, and for what Confluent
 * keeps for itself too.
 */
export function subjectOf({ path }: RestRequest): string {
  return subjectNamed(path.subject ?? '')
}

/** As `subjectOf`, for a name that stands elsewhere. */
export function subjectNamed(given: string): string {
  const subject = given.startsWith(globalContext) ? given.slice(globalContext.length) : given
  if (subject.startsWith(':.') || subject.startsWith(':*:'))
    throw refusals.subjectInvalid(given, 'is in a context, and this registry has none but the default one')
  if (/\p{Cc}/u.test(subject) || subject === '__GLOBAL' || subject === '__EMPTY') throw refusals.subjectInvalid(given)
  return subject
}

/** The version of the path, -1 for `latest`. Throws 42202. */
export function versionOf({ path }: RestRequest): number {
  const text = (path.version ?? '').trim()
  if (text.toLowerCase() === 'latest') return latestVersion
  const version = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (version === latestVersion || (version >= 1 && version < 2 ** 31)) return version
  throw refusals.versionInvalid(text)
}

/** What stands for the newest version. */
export const latestVersion = -1

/** The id of the path. What is no number is no page of the API, as there. */
export function idOf({ path }: RestRequest): number {
  const text = path.id ?? ''
  if (/^[+-]?\d{1,10}$/.test(text) && Math.abs(Number(text)) < 2 ** 31) return Number(text)
  throw httpRefusals.notFound()
}

/** As Java reads it: `true` in any case, all else is false. */
export function flag({ query }: RestRequest, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true'
}

/** The part of a list that `offset` and `limit` ask for. */
export function page<T>({ query }: RestRequest, items: readonly T[]): readonly T[] {
  const [offset, limit] = [wholeNumber(query, 'offset') ?? 0, wholeNumber(query, 'limit') ?? -1]
  const rest = items.slice(Math.max(offset, 0))
  return limit > 0 ? rest.slice(0, limit) : rest
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw new RestError(404, 404, `HTTP 404 Not Found: ${name} is no number`)
}

/** The members of a body that is an object. Throws 422, also for a member that is not among these. */
export function members<Name extends string>({ body }: RestRequest, names: readonly Name[]): { readonly [name in Name]?: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refusals.bodyInvalid('The request body must be a JSON object')
  const unknown = Object.entries(body).find(([name, value]) => !(names as readonly string[]).includes(name) && value !== null)
  if (unknown) throw refusals.bodyInvalid(`Unrecognized field: ${unknown[0]}`)
  return body
}
