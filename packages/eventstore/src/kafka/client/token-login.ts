import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthenticationProviderArgs, Mechanism, SASLOptions } from 'kafkajs'
import type { Kafkajs } from '../driver/kafkajs.js'

type OauthOptions = Extract<SASLOptions, { mechanism: 'oauthbearer' }>
type ErrorClass = new (message: string, details?: object) => Error

/** An empty answer to a token accepts it, any other says what is wrong with it (RFC 7628, 3.2). It has its length before it. */
const response = {
  decode: (bytes: Buffer) => bytes.subarray(4),
  parse: (refusal: Buffer) => refusal.toString(),
}

/**
 * The mechanism OAUTHBEARER. kafkajs does not read the answer: it takes a refused token for an accepted one, and finds the connection closed at its next request.
 * A token that cannot be had, or not within `patience` milliseconds, is an error of the connection: it is tried again. A refused one is an error of the login.
 */
export function tokenLogin(sasl: OauthOptions, patience: number, source: Kafkajs['source']): Mechanism {
  const { KafkaJSConnectionError, KafkaJSSASLAuthenticationError } = source('errors.js') as Record<string, ErrorClass>
  const { request } = source('protocol/sasl/oauthBearer/index.js') as { request: (sasl: object, token: object) => Promise<never> }
  const authenticate = async ({ host, port, saslAuthenticate }: AuthenticationProviderArgs) => {
    const token = await tokenOf(sasl, patience).catch(error => {
      throw new (KafkaJSConnectionError as ErrorClass)(`oauthBearerProvider gives no token: ${(error as Error).message}`, { broker: `${host}:${port}` })
    })
    const refusal = await saslAuthenticate({ request: await request(sasl, token), response })
    if (refusal) throw new (KafkaJSSASLAuthenticationError as ErrorClass)(`SASL OAUTHBEARER authentication failed: ${refusal}`)
  }
  return { mechanism: sasl.mechanism, authenticationProvider: args => ({ authenticate: () => authenticate(args) }) }
}

async function tokenOf({ oauthBearerProvider }: OauthOptions, patience: number): Promise<{ value: string }> {
  const timer = new AbortController()
  const late = sleep(patience, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`none within ${patience} ms`)
  })
  try {
    const token = await Promise.race([oauthBearerProvider(), late])
    if (typeof token?.value === 'string' && token.value !== '') return token
    throw new Error('what it gives has no text as value')
  } finally {
    timer.abort()
    late.catch(() => undefined)
  }
}
