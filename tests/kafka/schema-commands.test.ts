import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kafka } from '@ottla/eventstore/kafka'
import { createApp, isOttlaError } from 'ottla'
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { ottla } from '../cli/run-ottla.js'
import { order, orderText, Place, packing } from '../cli/schema/packing-shop.js'
import { type ShopVersion, writeVersion } from '../cli/schema/shop-version.js'
import { temporaryFolder } from './kafka-log.fixture.js'

/** An app of its own for each test, since the registry is shared. */
let name: string
let folder: string

beforeEach(() => {
  name = `shop-${randomUUID()}`
  folder = temporaryFolder()
})

/** The commands never reach a broker: there is none at this address. */
const log = (registry: string) => `kafka({ brokers: '127.0.0.1:1', registry: ${registry}, folder: 'node' })`

function write(version: Partial<ShopVersion> = {}): string {
  return writeVersion(folder, 'app', { ...orderText, name, log: log(JSON.stringify(inject('registryUrl'))), ...version })
}

const schema = (...parameters: readonly string[]) => ottla(['schema', ...parameters], { cwd: folder })

async function ask(path: string, method = 'GET', body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const response = await fetch(`${inject('registryUrl')}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return response.json()
}

const levelOf = async (subject: string) => ((await ask(`/config/${subject}`)) as { compatibilityLevel?: string }).compatibilityLevel

/** Every subject of the app with the numbers of its versions. */
async function registryContent(): Promise<Record<string, unknown>> {
  const subjects = ((await ask('/subjects')) as string[]).filter(subject => subject.startsWith(`${name}.`))
  return Object.fromEntries(await Promise.all(subjects.sort().map(async subject => [subject, await ask(`/subjects/${subject}/versions`)] as const)))
}

/** A way to the registry that writes down what is asked of it. */
async function watchedRegistry(): Promise<{ readonly url: string; readonly requests: string[] }> {
  const requests: string[] = []
  const real = new URL(inject('registryUrl'))
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined
    const answer = await fetch(new URL(request.url ?? '', real.origin), { method: request.method, headers: { 'content-type': 'application/json' }, body })
    response.writeHead(answer.status).end(await answer.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${real.pathname}`, requests }
}

describe('ottla schema on Apicurio, without a broker', () => {
  test('register sets the level of each subject and prints the registry’s ids; check then finds nothing changed', async () => {
    const config = write()
    const { code, stdout, stderr } = await schema('register', '--config', config, '--json')
    expect([code, stderr]).toEqual([0, ''])
    const { registered } = JSON.parse(stdout) as { registered: readonly { subject: string; id: number }[] }
    expect(registered.map(({ subject }) => subject)).toEqual(Object.keys(await registryContent()))
    for (const { subject, id } of registered) {
      expect([await levelOf(subject), ((await ask(`/subjects/${subject}/versions/1`)) as { id: number }).id]).toEqual(['BACKWARD_TRANSITIVE', id])
    }
    expect(await schema('check', '--config', config)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`${registered.length} unchanged`) })
    expect((await schema('register', '--config', config)).stdout).not.toMatch(/registered|set/)
  })

  test('check ends with 0 on a compatible change and with 3 on an incompatible one, which register does not write', async () => {
    await schema('register', '--config', write())
    const events = (fields: string) => write({ events: { 'shop.Placed': fields } })
    const good = await schema('check', '--config', events('{ orderId: t.string, note: t.optional(t.string) }'))
    expect(good.code).toBe(0)
    expect(good.stdout).toContain(
      `compatible    ${name}.events-shop.Placed (BACKWARD_TRANSITIVE, 1 version)\n  since version 1:\n    + note: null or string, default null\n`,
    )
    const bad = events('{ orderId: t.string, note: t.string }')
    expect(await schema('check', '--config', bad)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('  BACKWARD_TRANSITIVE: the new code must read all old events\n    version 1: note has no default in the new schema'),
      stderr: expect.stringMatching(/^SCHEMAS_INCOMPATIBLE: .*\n$/),
    })
    const before = await registryContent()
    expect((await schema('register', '--config', bad)).code).toBe(3)
    expect(await registryContent()).toEqual(before)
  })

  test('the level of the config file is set where there is none', async () => {
    const config = write({ log: log(`{ url: '${inject('registryUrl')}', compatibility: 'FULL' }`) })
    await schema('register', '--config', config)
    expect(await levelOf(`${name}.events-shop.Placed`)).toBe('FULL')
  })

  test('a subject that another tool made has no level: check warns of NONE, and register sets the level that is asked for', async () => {
    const subject = `${name}.events-shop.Placed`
    const placed = { type: 'record', name: 'shop.Placed', fields: [{ name: 'orderId', type: 'string' }] }
    await ask(`/subjects/${subject}/versions`, 'POST', { schema: JSON.stringify(placed) })
    expect(await levelOf(subject)).toBe('NONE')
    const config = write()
    expect((await schema('check', '--config', config)).stdout).toContain(
      `unchanged     ${subject} (NONE, 1 version)\n  warning: at the level NONE a registry takes every schema: ottla schema register --level BACKWARD_TRANSITIVE sets another\n`,
    )
    await schema('register', '--config', config)
    expect(await levelOf(subject)).toBe('NONE')
    await schema('register', '--config', config, '--level', 'BACKWARD_TRANSITIVE')
    expect([await levelOf(subject), await ask(`/subjects/${subject}/versions`)]).toEqual(['BACKWARD_TRANSITIVE', [1]])
  })
})

describe('an app with autoRegister: false on Kafka', () => {
  const start = (url: string) =>
    createApp({
      name,
      modules: [order, packing],
      shards: 1,
      log: kafka({ brokers: inject('kafkaBrokers'), registry: { url, autoRegister: false }, folder: temporaryFolder() }),
    })

  test('names all missing subjects in one error, and writes nothing to the registry', async () => {
    const { url, requests } = await watchedRegistry()
    const error = await start(url).catch((error: Error) => error)
    expect(isOttlaError(error, 'SCHEMAS_NOT_REGISTERED')).toBe(true)
    for (const subject of ['events-shop.Placed', 'commands-shop.Pack', 'snapshots-ottla.SnapshotEntry'])
      expect((error as Error).message).toContain(`${name}.${subject}`)
    expect((error as Error).message).toContain('Run `ottla schema register` before')
    expect(await registryContent()).toEqual({})
    expect(requests.filter(request => !request.startsWith('GET '))).toEqual([])
  })

  test('starts after ottla schema register, works, and writes nothing to the registry', async () => {
    expect((await schema('register', '--config', write())).code).toBe(0)
    const before = await registryContent()
    const { url, requests } = await watchedRegistry()
    const app = await start(url)
    onTestFinished(() => app.stop())
    expect((await app.send(new Place({ orderId: 'o' }))).outcome).toBe('accepted')
    expect(requests.length).toBeGreaterThan(0)
    expect(requests.filter(request => !request.startsWith('GET '))).toEqual([])
    expect(await registryContent()).toEqual(before)
  })
})
