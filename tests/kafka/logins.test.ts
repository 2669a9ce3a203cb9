import { randomUUID } from 'node:crypto'
import tls from 'node:tls'
import { inspect } from 'node:util'
import type { Log } from '@ottla/eventstore'
import { type KafkaLogLine, type KafkaOptions, kafka } from '@ottla/eventstore/kafka'
import { kafkaSource } from '@ottla/testing/kafka'
import { type AclEntry, AclOperationTypes, AclResourceTypes, Kafka, logLevel } from 'kafkajs'
import { type App, createApp } from 'ottla'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { Account, Deposit, MoveMoney, Transfer, TransferOfMoney } from '../faults/bank/domain.js'
import { openKafkaLog, temporaryFolder } from './kafka-log.fixture.js'
import { documentedRights } from './least-rights.fixture.js'
import { newRecord, newTopic, values } from './records.fixture.js'
import { passwordOf, type SecuredBroker, startSecuredBroker, tokenOf, tokenSession } from './secured-broker.fixture.js'

type Login = Pick<KafkaOptions, 'sasl' | 'ssl' | 'requestTimeout'>

let broker: SecuredBroker
const user = { username: 'app', password: passwordOf('app') }
const wrong = { username: 'app', password: 'secret-guess' }
const token = async () => ({ value: tokenOf('app', Date.now() + 60_000) })

// Settings of brokers are possible only where they run in JVMs of this machine.
describe.skipIf((await kafkaSource()) !== 'java')('a broker that asks who one is', () => {
  beforeAll(async () => {
    broker = await startSecuredBroker()
  }, 120_000)
  afterAll(() => broker?.stop())
  afterEach(() => void vi.unstubAllEnvs())

  test.each<[string, 'login' | 'certificates' | 'both', () => Login]>([
    ['plain', 'login', () => ({ sasl: { mechanism: 'plain', ...user } })],
    ['scram-sha-256', 'login', () => ({ sasl: { mechanism: 'scram-sha-256', ...user } })],
    ['scram-sha-512', 'login', () => ({ sasl: { mechanism: 'scram-sha-512', ...user } })],
    ['oauthbearer', 'login', () => ({ sasl: { mechanism: 'oauthbearer', oauthBearerProvider: token } })],
    ['certificates of both sides', 'certificates', () => ({ ssl: { ca: broker.server.cert, ...broker.client } })],
    ['a login over TLS', 'both', () => ({ ssl: { ca: broker.server.cert }, sasl: { mechanism: 'scram-sha-512', ...user } })],
  ])('lets the whole log work with %s', async (_, listener, login) => {
    await useAll(await openKafkaLog([broker[listener]], login()))
  })

  test.each(['PLAIN', 'SCRAM-SHA-256', 'scram-sha-512'])('lets the whole log work with %s out of the environment', async mechanism => {
    stubLogin(broker.login, mechanism)
    await useAll(await openFromEnvironment())
  })

  test('lets the whole log work with TLS out of the environment, by the authorities of Node', async () => {
    const before = tls.getCACertificates('default')
    onTestFinished(() => tls.setDefaultCACertificates(before))
    tls.setDefaultCACertificates([...before, broker.server.cert])
    stubLogin(broker.both, 'scram-sha-512')
    vi.stubEnv('KAFKA_SSL', 'true')
    await useAll(await openFromEnvironment())
  })

  test.each<[string, 'login' | 'certificates' | 'both', () => Login, string, RegExp]>([
    ['a wrong password', 'login', () => ({ sasl: { mechanism: 'plain', ...wrong } }), 'LOG_FORBIDDEN', /refuse the login .*Invalid username or password/],
    ['a wrong secret of SCRAM', 'login', () => ({ sasl: { mechanism: 'scram-sha-256', ...wrong } }), 'LOG_FORBIDDEN', /refuse the login .*invalid credentials/],
    ['an unknown user', 'login', () => ({ sasl: { mechanism: 'scram-sha-512', ...wrong, username: 'nobody' } }), 'LOG_FORBIDDEN', /invalid credentials/],
    ['an expired token', 'login', () => tokens('app', -600_000), 'LOG_FORBIDDEN', /refuse the login .*invalid_token/],
    ['a token that is none', 'login', () => tokens('secret', Number.NaN), 'LOG_FORBIDDEN', /refuse the login .*invalid_token/],
    ['another mechanism', 'both', () => ({ ...trusting(), sasl: { mechanism: 'plain', ...user } }), 'LOG_FORBIDDEN', /does not support the requested SASL/],
    ['a wrong authority', 'both', () => ({ ssl: { ca: broker.client.cert } }), 'LOG_UNTRUSTED', /do not fit \(self-signed certificate/],
    ['no authority', 'both', () => ({ ssl: true }), 'LOG_UNTRUSTED', /do not fit \(self-signed certificate/],
    ['another host', 'both', () => ({ ssl: { ca: broker.server.cert, servername: 'kafka.example' } }), 'LOG_UNTRUSTED', /kafka\.example/],
    ['no certificate', 'certificates', trusting, 'LOG_UNTRUSTED', /the broker answers: [a-z ]*certificate/],
    [
      'an unknown certificate',
      'certificates',
      () => ({ ssl: { ca: broker.server.cert, ...broker.server } }),
      'LOG_UNTRUSTED',
      /the broker answers: [a-z ]*certificate/,
    ],
  ])('refuses %s at the first try, and nothing shows a secret', async (_, listener, login, code, message) => {
    const lines: KafkaLogLine[] = []
    const options = { ...login(), logger: (line: KafkaLogLine) => void lines.push(line) }
    const error = await openKafkaLog([broker[listener]], options).catch(refusal => refusal)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    // kafkajs tells each failure two or three times.
    expect(lines.length).toBeLessThan(4)
    expect(secretsIn([error, error.stack, lines])).toEqual([])
  })

  test('the error about a broker that wants a login, and hangs up on a client without one, asks for it', async () => {
    await expect(openKafkaLog([broker.login])).rejects.toMatchObject({
      code: 'LOG_UNAVAILABLE',
      message: expect.stringMatching(/does it want TLS or a login\?/),
    })
  })

  test('a log that is open shows no password, no token and no key', async () => {
    const token = tokenOf('app', Date.now() + 60_000)
    const logins: [string, Login][] = [
      [broker.login, { sasl: { mechanism: 'plain', ...user } }],
      [broker.login, { sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: token }) } }],
      [broker.certificates, { ssl: { ca: broker.server.cert, ...broker.client, passphrase: 'secret-phrase' } }],
    ]
    for (const [address, login] of logins) {
      const log = await openKafkaLog([address], login)
      const topic = await newTopic(log)
      const parts = [log, log.reader({ from: [{ topic, partition: 0, offset: 0 }] }), await log.writer(randomUUID()), await log.producer()]
      expect(secretsIn(parts, token)).toEqual([])
    }
  })

  test('a token is asked for anew before the session of the last one ends, and the log goes on', async () => {
    const oauthBearerProvider = vi.fn(token)
    const log = await openKafkaLog([broker.login], { sasl: { mechanism: 'oauthbearer', oauthBearerProvider } })
    const topic = await newTopic(log)
    const read: string[] = []
    const reader = log.reader({ from: [{ topic, partition: 0, offset: 0 }] })
    const reading = (async () => {
      for await (const { records } of reader) read.push(...records.map(({ value }) => String(value)))
    })()
    const writer = await log.writer(randomUUID())
    const written: string[] = []
    for (const since = performance.now(); performance.now() - since < 1.2 * tokenSession; ) {
      written.push(`${written.length}`)
      await writer.commit({ records: [newRecord(topic, written.at(-1) as string)] })
    }
    await vi.waitFor(() => expect(read).toEqual(written), 20_000)
    await reader.close()
    await reading
    expect(oauthBearerProvider.mock.calls.length).toBeGreaterThan(5)
  })

  test('waits for a token that cannot be had at first, or never comes', async () => {
    const oauthBearerProvider = vi
      .fn(token)
      .mockRejectedValueOnce(new Error('no answer'))
      .mockReturnValueOnce(new Promise(() => {}))
    await useAll(await openKafkaLog([broker.login], { sasl: { mechanism: 'oauthbearer', oauthBearerProvider }, requestTimeout: 500 }))
  })

  test('the documented rights are enough for two nodes, their snapshots, and a third one that goes on from those', async () => {
    const name = `rights-${randomUUID()}`
    await allow(documentedRights(name, 'least'))
    const [first, second] = [await startBank(name), await startBank(name)]
    for (const account of ['a', 'b', 'c', 'd']) for (const node of [first, second]) await node.send(new Deposit({ account, amount: 10, transfer: '' }))
    expect(await first.send(new Transfer({ transfer: 't', from: 'a', to: 'b', amount: 5 }))).toMatchObject({ outcome: 'accepted' })
    await Promise.all([first.stop(), second.stop()])
    const third = await startBank(name)
    await vi.waitFor(async () => expect(await third.state(Account, 'b')).toMatchObject({ state: { balance: 25 } }), 20_000)
    const log = await openKafkaLog([broker.both], leastLogin())
    await log.admin.deleteRecords([{ topic: `${name}.commands`, partition: 0, offset: 0 }])
  })

  test.each<[string, number, RegExp]>([
    ['topic', AclOperationTypes.CREATE, /creating topics on topic .*commands/],
    ['topic', AclOperationTypes.DESCRIBE_CONFIGS, /describing topics on topic/],
    ['group', AclOperationTypes.READ, /the group on group/],
    ['transactional id', AclOperationTypes.WRITE, /opening a writer on transactional id/],
  ])('an app without its right to a %s (%i) is not started, and told which one is missing', async (resource, operation, message) => {
    const name = `rights-${randomUUID()}`
    const isTopic = resource === 'topic'
    const type = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP }[resource] ?? AclResourceTypes.TRANSACTIONAL_ID
    await allow(documentedRights(name, 'least').filter(rule => rule.resourceType !== type || (isTopic && rule.operation !== operation)))
    // The second node finds the topics that the first one has made.
    const starting = startBank(name).then(() => startBank(name))
    await expect(starting).rejects.toMatchObject({ code: 'LOG_FORBIDDEN', message: expect.stringMatching(message) })
  })
})

function leastLogin(): Login {
  return { ...trusting(), sasl: { mechanism: 'scram-sha-512', username: 'least', password: passwordOf('least') } }
}

async function allow(acl: AclEntry[]): Promise<void> {
  const admin = new Kafka({ brokers: [broker.open], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createAcls({ acl })
  await admin.disconnect()
}

/** A node of the bank as the user who has no rights but those that he was given. */
async function startBank(name: string): Promise<App> {
  const log = kafka({ brokers: broker.both, registry: inject('registryUrl'), folder: temporaryFolder(), ...leastLogin() })
  const app = await createApp({ name, shards: 4, modules: [Account, TransferOfMoney, MoveMoney], log })
  onTestFinished(() => app.stop())
  return app
}

function tokens(name: string, validFor: number): Login {
  const value = Number.isNaN(validFor) ? name : tokenOf(name, Date.now() + validFor)
  return { sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value }) } }
}

function trusting(): Login {
  return { ssl: { ca: broker.server.cert } }
}

function stubLogin(brokers: string, mechanism: string): void {
  vi.stubEnv('KAFKA_BROKERS', brokers)
  vi.stubEnv('KAFKA_SASL_MECHANISM', mechanism)
  vi.stubEnv('KAFKA_SASL_USERNAME', user.username)
  vi.stubEnv('KAFKA_SASL_PASSWORD', user.password)
}

async function openFromEnvironment(): Promise<Log> {
  const { log } = await kafka({ registry: 'http://127.0.0.1:9', folder: temporaryFolder() }).open()
  onTestFinished(() => log.close())
  return log
}

/** Writer, producer, reader, member and admin. */
async function useAll(log: Log): Promise<void> {
  const topic = await newTopic(log)
  const group = randomUUID()
  const writer = await log.writer(randomUUID())
  await writer.commit({ records: [newRecord(topic, 'a')], consumed: { group, offsets: [{ topic, partition: 0, offset: 0 }] } })
  const producer = await log.producer()
  await producer.send([newRecord(topic, 'b')])
  const seen: string[] = []
  const member = await log.member({
    group,
    topics: [topic],
    assigned: async partitions => partitions.map(place => ({ ...place, offset: place.committed ?? -1 })),
    revoked: async () => {},
    records: async ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
    failed: error => void seen.push(String(error)),
  })
  await vi.waitFor(() => expect(seen).toEqual(['a', 'b']), 20_000)
  expect([await values(log, topic), await member.holds({ topic, partition: 0 })]).toEqual([['a', 'b'], true])
}

/** What of the secrets is shown. */
function secretsIn(shown: unknown, ...more: readonly string[]): string[] {
  const text = inspect(shown, { depth: 40, showHidden: true, maxArrayLength: null, maxStringLength: null }) + JSON.stringify(shown, visible())
  const keys = [broker.client.key, broker.server.key].map(key => key.split('\n')[3] as string)
  return ['secret', ...keys, ...more].filter(secret => text.includes(secret))
}

/** Leaves out what was there already, so that circles end. */
function visible(): (name: string, value: unknown) => unknown {
  const known = new Set<unknown>()
  return (_, value) => {
    if (typeof value === 'bigint') return `${value}`
    if (typeof value !== 'object' || value === null) return value
    return known.has(value) ? undefined : known.add(value) && value
  }
}
