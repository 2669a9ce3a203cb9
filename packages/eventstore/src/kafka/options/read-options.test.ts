import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { KafkaClient } from '../client/kafka-client.js'
import { kafka } from '../kafka.js'
import type { KafkaOptions } from './kafka-options.js'
import { readOptions } from './read-options.js'

const registry = 'http://127.0.0.1:1'
const read = (options: KafkaOptions, environment: Record<string, string> = {}) => readOptions({ brokers: 'b:1', registry, ...options }, environment)

test('takes brokers as a list, or as a text with commas', () => {
  expect(read({ brokers: ['a:1', 'b:2'] }).settings.brokers).toEqual(['a:1', 'b:2'])
  expect(read({ brokers: 'a:1, b:2,' }).settings.brokers).toEqual(['a:1', 'b:2'])
})

test('takes from the environment what is not given', () => {
  const environment = {
    KAFKA_BROKERS: 'a:1,b:2',
    KAFKA_CLIENT_ID: 'shop',
    KAFKA_SSL: 'true',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: 'u',
    KAFKA_SASL_PASSWORD: 'p',
    SCHEMA_REGISTRY_URL: 'http://r:2',
    SCHEMA_REGISTRY_USERNAME: 'ru',
    SCHEMA_REGISTRY_PASSWORD: 'rp',
  }
  const { settings, ssl, sasl, registry: address } = readOptions({}, environment)
  expect(settings).toMatchObject({ brokers: ['a:1', 'b:2'], clientId: 'shop' })
  expect([ssl, sasl, address]).toEqual([
    true,
    { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    { url: 'http://r:2', auth: { username: 'ru', password: 'rp' } },
  ])
  const given = readOptions({ brokers: 'c:3', ssl: false, registry, clientId: 'mine', sasl: { mechanism: 'plain', username: 'x', password: 'y' } }, environment)
  expect(given.settings).toMatchObject({ brokers: ['c:3'], clientId: 'mine' })
  expect([given.ssl, given.sasl]).toEqual([false, { mechanism: 'plain', username: 'x', password: 'y' }])
})

test('gives the environment’s credentials to the environment’s registry only', () => {
  const environment = { SCHEMA_REGISTRY_URL: 'http://r:2', SCHEMA_REGISTRY_USERNAME: 'ru', SCHEMA_REGISTRY_PASSWORD: 'rp' }
  const auth = { username: 'ru', password: 'rp' }
  const addressOf = (given: KafkaOptions['registry'], { SCHEMA_REGISTRY_URL, ...credentials } = environment) =>
    readOptions({ brokers: 'b:1', registry: given }, SCHEMA_REGISTRY_URL ? { SCHEMA_REGISTRY_URL, ...credentials } : credentials).registry
  expect([addressOf(undefined), addressOf('http://r:2'), addressOf({ url: 'http://r:2', timeout: 1 })]).toEqual([
    { url: 'http://r:2', auth },
    { url: 'http://r:2', auth },
    { url: 'http://r:2', timeout: 1, auth },
  ])
  for (const other of ['http://r:3', 'https://r:2', 'http://r:2/api'])
    expect([addressOf(other), addressOf({ url: other })]).toEqual([{ url: other }, { url: other }])
  expect(addressOf('http://r:2', { ...environment, SCHEMA_REGISTRY_URL: '' })).toEqual({ url: 'http://r:2' })
  expect(addressOf({ url: 'http://r:2', auth: { token: 't' } })).toEqual({ url: 'http://r:2', auth: { token: 't' } })
})

test('takes every mechanism of kafkajs, and one of the user’s own', () => {
  const user = { username: 'u', password: 'p' }
  const all: KafkaOptions['sasl'][] = [
    { mechanism: 'plain', ...user },
    { mechanism: 'scram-sha-256', ...user },
    { mechanism: 'scram-sha-512', ...user },
    { mechanism: 'aws', authorizationIdentity: 'a', accessKeyId: 'k', secretAccessKey: 's' },
    { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: 't' }) },
    { mechanism: 'Custom', authenticationProvider: () => ({ authenticate: async () => undefined }) },
  ]
  for (const sasl of all) expect(read({ sasl }).sasl).toEqual(sasl)
})

test.each<[string, KafkaOptions, Record<string, string>, RegExp]>([
  ['brokers', { brokers: [] }, {}, /there is none/],
  ['brokers', { brokers: 'localhost' }, {}, /address 1 of 1 is not host:port/],
  ['brokers', { brokers: ['a:1', 'a:99999'] }, {}, /address 2 of 2/],
  ['clientId', { clientId: ' ' }, {}, /no text/],
  ['folder', { folder: '' }, {}, /no text/],
  ['ssl', { ssl: 'yes' as never }, {}, /type string/],
  ['ssl', {}, { KAFKA_SSL: 'maybe' }, /KAFKA_SSL/],
  ['sasl', { sasl: { mechanism: 'plain', username: 'u' } as never }, {}, /plain needs password/],
  ['sasl', { sasl: { mechanism: 'magic' } as never }, {}, /none of plain/],
  ['sasl', { sasl: {} as never }, {}, /names no mechanism/],
  ['sasl', {}, { KAFKA_SASL_USERNAME: 'u' }, /plain needs password/],
  ['registry', { registry: { url: '' } }, {}, /there is none/],
  ['sessionTimeout', { sessionTimeout: 0 }, {}, /whole number/],
  ['requestTimeout', { requestTimeout: 1.5 }, {}, /whole number/],
  ['replicationFactor', { replicationFactor: -1 }, {}, /whole number/],
  ['heartbeatInterval', { heartbeatInterval: 4_000 }, {}, /half of sessionTimeout/],
  ['minInsyncReplicas', { replicationFactor: 1, minInsyncReplicas: 2 }, {}, /more than replicationFactor/],
])('names the option %s in %j', (option, options, environment, problem) => {
  expect(() => read(options, environment)).toThrow(
    expect.objectContaining({ code: 'KAFKA_OPTIONS_INVALID', message: expect.stringContaining(`option ${option} `) }),
  )
  expect(() => read(options, environment)).toThrow(problem)
})

test('names what Node says of keys that it cannot use, and shows none of them', () => {
  for (const ssl of [{ key: 'secret' }, { cert: 'secret', key: pem() }, { pfx: 'secret', passphrase: 'secret' }])
    expect(() => read({ ssl })).toThrow(/^KAFKA_OPTIONS_INVALID: The option ssl (?!.*secret).*Node cannot use it \(.+\)/)
})

test('shows no secret, whatever is printed, also while it connects', async () => {
  const secrets = {
    sasl: { mechanism: 'plain', username: 'u', password: 'secret-1' } as const,
    ssl: { key: `secret-2\n${pem()}`, passphrase: 'secret-2' },
    registry: { url: registry, auth: { username: 'r', password: 'secret-3' } },
  }
  const config = kafka({ brokers: 'b:1', ...secrets })
  const client = new KafkaClient(read({ ...secrets, brokers: '127.0.0.1:9' }).settings, secrets)
  const connections = client.connections({ isolationLevel: 0, metadataMaxAge: 1 })
  const connecting = connections.cluster.connect()
  connecting.catch(() => undefined)
  await new Promise(resolve => setImmediate(resolve))
  for (const shown of [config, client, connections]) {
    expect(inspect(shown, { depth: 30 })).not.toContain('secret')
  }
  expect(inspect(connections, { depth: 30 })).toContain('[hidden]')
  expect(JSON.stringify([config, client])).not.toContain('secret')
  await connections.close()
})

test('shows no password that is part of a broker’s address', () => {
  expect(() => read({ brokers: 'kafka://user:secret@host:9092' })).toThrow(/^(?!.*secret)/)
})

/** A private key. */
function pem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}`
}
