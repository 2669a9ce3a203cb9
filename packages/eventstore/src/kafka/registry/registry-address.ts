import { validateHeaderValue } from 'node:http'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { RegistryAuth, RegistryOptions } from './registry-options.js'

/** Where requests go and what they carry, apart from each other: `base` may be shown, the credentials may not. */
export interface RegistryAddress {
  /** The URL without user, password and query, and without a slash at its end. */
  readonly base: string
  /** The value of the header `authorization`, made anew for each request. */
  authorization(): Promise<string | undefined>
}

const urlCure = 'Give it as http://host:port/path, where /subjects lies below.'

/** Takes URL and credentials apart. Throws KAFKA_OPTIONS_INVALID, which names the option and never shows its value. */
export function registryAddress({ url, auth }: RegistryOptions): RegistryAddress {
  if (!URL.canParse(url)) throw invalid('url', 'it is no URL', urlCure)
  const { protocol, host, pathname, username, password, search } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw invalid('url', 'it does not begin with http:// or https://', urlCure)
  if (search) throw invalid('url', 'it has a query, which is not sent', urlCure)
  const credentials = auth ?? (username || password ? { username: decoded(username), password: decoded(password) } : undefined)
  if (credentials) checkAuth(credentials)
  return {
    base: `${protocol}//${host}${pathname.replace(/\/+$/, '')}`,
    authorization: async () => credentials && headerOf(credentials),
  }
}

function checkAuth(auth: RegistryAuth): void {
  if ('token' in auth) {
    if (typeof auth.token !== 'function') checkedToken(auth.token)
  } else if (typeof auth.username !== 'string' || typeof auth.password !== 'string') {
    throw invalid('auth', 'it has no username and password and no token', 'Give { username, password } or { token }.')
  } else if (auth.username.includes(':')) {
    throw invalid('auth', 'the username has a colon, which basic authentication cannot carry', 'Use another user or a token.')
  }
}

async function headerOf(auth: RegistryAuth): Promise<string> {
  if ('token' in auth) return `Bearer ${checkedToken(typeof auth.token === 'function' ? await auth.token() : auth.token)}`
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
}

function checkedToken(token: unknown): string {
  try {
    validateHeaderValue('authorization', `${token}`)
    if (typeof token === 'string' && token !== '') return token
  } catch {
    // Node's error is not kept as the cause: what it says may change, and must not show the token.
  }
  throw invalid('auth.token', 'it is empty or has characters that a header cannot carry', 'Give the token as the registry issued it.')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function invalid(option: string, problem: string, cure: string): Error {
  return eventstoreErrors.create('KAFKA_OPTIONS_INVALID', { option: `registry.${option}`, problem, cure })
}
