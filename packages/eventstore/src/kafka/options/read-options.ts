import { resolve } from 'node:path'
import { type ConnectionOptions, createSecureContext } from 'node:tls'
import type { Mechanism, SASLOptions } from 'kafkajs'
import { eventstoreErrors } from '../../eventstore-errors.js'
import type { RegistryOptions } from '../registry/registry-options.js'
import type { KafkaOptions } from './kafka-options.js'
import type { KafkaSettings } from './kafka-settings.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Options, checked and complete. */
export interface ReadOptions {
  readonly settings: KafkaSettings
  readonly ssl: KafkaOptions['ssl']
  readonly sasl: KafkaOptions['sasl']
  readonly registry: RegistryOptions
}

/** Defaults of what is a number, with the least that makes sense. Durations are milliseconds. */
const numbers = {
  sessionTimeout: { byDefault: 6_000, least: 1 },
  heartbeatInterval: { byDefault: 1_000, least: 1 },
  rebalanceTimeout: { byDefault: 8_000, least: 1 },
  transactionTimeout: { byDefault: 10_000, least: 1_000 },
  requestTimeout: { byDefault: 10_000, least: 100 },
  connectionTimeout: { byDefault: 1_000, least: 1 },
  maxRecordBytes: { byDefault: 1_000_000, least: 1_000 },
  lockTimeout: { byDefault: 2_000, least: 0 },
} as const

type NumberOption = keyof typeof numbers

/** What each of kafkajs's mechanisms needs; others are the user's own. */
const mechanisms: Readonly<Record<string, readonly string[]>> = {
  plain: ['username', 'password'],
  'scram-sha-256': ['username', 'password'],
  'scram-sha-512': ['username', 'password'],
  aws: ['authorizationIdentity', 'accessKeyId', 'secretAccessKey'],
  oauthbearer: ['oauthBearerProvider'],
}

/** Throws KAFKA_OPTIONS_INVALID, which names the option and never shows a secret. */
export function readOptions(options: KafkaOptions, environment: Environment = process.env): ReadOptions {
  const settings: KafkaSettings = {
    brokers: readBrokers(options.brokers ?? environment.KAFKA_BROKERS),
    clientId: readText('clientId', options.clientId ?? environment.KAFKA_CLIENT_ID ?? 'ottla'),
    folder: resolve(readText('folder', options.folder ?? './data')),
    replicationFactor: optionalNumber('replicationFactor', options.replicationFactor),
    minInsyncReplicas: optionalNumber('minInsyncReplicas', options.minInsyncReplicas),
    ...(Object.fromEntries(Object.keys(numbers).map(name => [name, readNumber(name as NumberOption, options)])) as Record<NumberOption, number>),
  }
  if (settings.heartbeatInterval * 2 > settings.sessionTimeout)
    throw invalid('heartbeatInterval', 'more than half of sessionTimeout', 'Give a third of it or less.')
  const { replicationFactor, minInsyncReplicas = 1 } = settings
  if (minInsyncReplicas > (replicationFactor ?? 3)) throw invalid('minInsyncReplicas', 'more than replicationFactor', 'With so many nothing could be written.')
  return { settings, ssl: readSsl(options.ssl, environment), sasl: readSasl(options.sasl, environment), registry: readRegistry(options.registry, environment) }
}

function readBrokers(given: readonly string[] | string | undefined): readonly string[] {
  const cure = 'Give addresses as host:port, in the option or in KAFKA_BROKERS.'
  const brokers = (typeof given === 'string' ? given.split(',') : (given ?? [])).map(address => String(address).trim()).filter(address => address !== '')
  if (brokers.length === 0) throw invalid('brokers', 'there is none', cure)
  for (const address of brokers) {
    const port = Number(/^[^\s:/@]+:(\d{1,5})$/.exec(address)?.[1] ?? 0)
    // An address may be a URL with a password in it: it is not shown.
    if (port < 1 || port > 65_535) throw invalid('brokers', `address ${brokers.indexOf(address) + 1} of ${brokers.length} is not host:port`, cure)
  }
  return brokers
}

function readText(option: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw invalid(option, 'it is no text', 'Give a text that is not empty.')
  return value
}

function readNumber(option: NumberOption, options: KafkaOptions): number {
  const { byDefault, least } = numbers[option]
  return requireNumber(option, options[option] ?? byDefault, least)
}

function optionalNumber(option: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : requireNumber(option, value, 1)
}

function requireNumber(option: string, value: unknown, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw invalid(option, `it is no whole number of ${least} or more`, 'Give one, or leave it out.')
  return value as number
}

function readSsl(given: unknown, environment: Environment): KafkaOptions['ssl'] {
  const ssl = given ?? readSwitch('KAFKA_SSL', environment.KAFKA_SSL)
  if (ssl === undefined || typeof ssl === 'boolean') return ssl
  if (typeof ssl === 'object' && ssl !== null) return usable(ssl)
  throw invalid('ssl', `it is of type ${typeof ssl}`, 'Give true, false, or the options of tls.connect.')
}

/** Keys that do not parse, or fit no certificate, would look like a broker that cannot be reached. */
function usable(ssl: ConnectionOptions): ConnectionOptions {
  try {
    createSecureContext(ssl)
    return ssl
  } catch (error) {
    throw invalid('ssl', `Node cannot use it (${(error as Error).message})`, 'Give ca, cert and key as texts in PEM, and the passphrase of the key.')
  }
}

function readSwitch(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined || text === '') return undefined
  if (/^(true|1|yes)$/i.test(text)) return true
  if (/^(false|0|no)$/i.test(text)) return false
  throw invalid('ssl', `${name} is neither true nor false`, `Set ${name} to true or false.`)
}

function readSasl(given: KafkaOptions['sasl'], environment: Environment): SASLOptions | Mechanism | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = environment
  const sasl = given ?? (mechanism || username || password ? { mechanism: mechanism || 'plain', username, password } : undefined)
  if (sasl === undefined) return undefined
  if (typeof sasl.mechanism !== 'string') throw invalid('sasl', 'it names no mechanism', `Give one of ${Object.keys(mechanisms).join(', ')}.`)
  const lower = sasl.mechanism.toLowerCase()
  const needed = mechanisms[lower]
  const cure = 'Give it in the option sasl, or in KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.'
  if (!needed && !('authenticationProvider' in sasl)) throw invalid('sasl', `the mechanism is none of ${Object.keys(mechanisms).join(', ')}`, cure)
  const missing = needed?.find(name => !(sasl as unknown as Record<string, unknown>)[name])
  if (missing) throw invalid('sasl', `mechanism ${lower} needs ${missing}`, cure)
  return { ...sasl, mechanism: needed ? lower : sasl.mechanism } as SASLOptions | Mechanism
}

/** Where the registry is, by the option and the environment. Throws KAFKA_OPTIONS_INVALID; HttpRegistry checks the rest. The environment's credentials go to the environment's registry only, never to one that the code names. */
export function readRegistry(given: KafkaOptions['registry'], environment: Environment = process.env): RegistryOptions {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_USERNAME: username, SCHEMA_REGISTRY_PASSWORD: password } = environment
  const registry = (typeof given === 'string' ? { url: given } : given) ?? (url ? { url } : undefined)
  if (!registry?.url) throw invalid('registry', 'there is none', 'Give the URL of a schema registry, in the option or in SCHEMA_REGISTRY_URL.')
  if (registry.autoRegister !== undefined && typeof registry.autoRegister !== 'boolean')
    throw invalid('registry.autoRegister', `it is of type ${typeof registry.autoRegister}`, 'Give true or false.')
  return registry.auth || !username || registry.url !== url ? registry : { ...registry, auth: { username, password: password ?? '' } }
}

function invalid(option: string, problem: string, cure: string): Error {
  return eventstoreErrors.create('KAFKA_OPTIONS_INVALID', { option, problem, cure })
}
