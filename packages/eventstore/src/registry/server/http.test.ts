import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EmbeddedRegistry } from '../../embedded/embedded-registry.js'
import type { RegistryStore } from './registry-store.js'
import { serveRegistry } from './serve-registry.js'
import { mediaType, recordOf, servedRegistry } from './served-registry.fixture.js'

const schema = recordOf('shop.A', 'id')
const versions = '/subjects/a/versions'

describe('what HTTP refuses', () => {
  test('a path that is none, and a method that it does not have', async () => {
    const { refusal } = await servedRegistry()
    for (const path of ['/nowhere', '/subjects/a/b', '/schemas/ids']) expect(await refusal('GET', path)).toEqual([404, 404])
    expect(await refusal('DELETE', '/schemas/types')).toEqual([405, 405])
    expect(await refusal('PATCH', '/config')).toEqual([405, 405])
    expect(await refusal('GET', '/subjects/%E9')).toEqual([400, 400])
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])('a body of the type %j', async type => {
    const { refusal } = await servedRegistry()
    expect(await refusal('POST', versions, JSON.stringify({ schema }), { 'content-type': type })).toEqual([415, 415])
  })

  test('a body that is no JSON, and one that is too large', async () => {
    const { refusal, given } = await servedRegistry()
    expect(await refusal('POST', versions, '{"schema":')).toEqual([400, 400])
    expect(await refusal('POST', versions, ' '.repeat(5 * 1024 * 1024))).toEqual([413, 413])
    expect(await given('GET', '/subjects')).toEqual([])
  })

  test('who wants another type', async () => {
    const { refusal } = await servedRegistry()
    expect(await refusal('GET', '/subjects', undefined, { accept: 'text/html' })).toEqual([406, 406])
  })
})

describe('what it takes', () => {
  test.each([mediaType, 'application/vnd.schemaregistry+json', 'application/json; charset=utf-8', 'application/octet-stream'])(
    'a body of the type %s',
    async type => {
      const { ask } = await servedRegistry()
      expect(await ask('POST', versions, { schema }, { 'content-type': type })).toEqual({ status: 200, type: mediaType, body: { id: 1 } })
    },
  )

  test.each(['application/json', '*/*', 'text/html, application/*;q=0.8', `${mediaType}, application/json`])('who wants %s', async accept => {
    const { ask } = await servedRegistry()
    expect(await ask('GET', '/subjects', undefined, { accept })).toEqual({ status: 200, type: mediaType, body: [] })
  })

  test('HEAD, a slash at the end, a long name and a large schema', async () => {
    const { ask, given, register } = await servedRegistry()
    expect(await ask('HEAD', '/subjects')).toEqual({ status: 200, type: mediaType, body: undefined })
    expect(await given('GET', '/subjects/')).toEqual([])
    expect(await given('GET', `/config/${'é'.repeat(300)}?defaultToGlobal=true`)).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' })
    const large = JSON.stringify({ name: 'A', type: 'record', doc: 'é'.repeat(500_000), fields: [] })
    expect(await register('a', large)).toBe(1)
    expect(await given('GET', '/schemas/ids/1')).toEqual({ schema: large })
  })
})

test('requests at the same time are answered one after another where they change something', async () => {
  const { register, given } = await servedRegistry()
  const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => register('a', recordOf('shop.A', `?f${index % 5}`))))
  expect(new Set(ids).size).toBe(5)
  expect(await given('GET', versions)).toEqual([1, 2, 3, 4, 5])
})

/** The store with a turn of the event loop before each answer, as one behind a network would have it. */
function slow(store: RegistryStore): RegistryStore {
  const slowly = (member: unknown) =>
    typeof member === 'function'
      ? async (...values: unknown[]) => setImmediate().then(() => (member as (...values: unknown[]) => unknown).apply(store, values))
      : member
  return new Proxy(store, { get: (_, name) => slowly(store[name as keyof RegistryStore]) })
}

test('what a request has looked at still holds when it writes, however slow the store is', async () => {
  const { register, ask } = await servedRegistry(slow(new EmbeddedRegistry(new Database(':memory:'), false).store()))
  await register('a', schema)
  const replies = await Promise.all(['/subjects/a', '/subjects/a', `${versions}/1`].map(path => ask('DELETE', path)))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 404, 404])
})

test('a full disk is 50001 for the client, and told to who runs the registry', async () => {
  const database = new Database(':memory:')
  const { refusal, failures, given } = await servedRegistry(new EmbeddedRegistry(database, false).store())
  database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`)
  expect(await refusal('POST', versions, { schema: JSON.stringify({ type: 'int', doc: 'x'.repeat(100_000) }) })).toEqual([500, 50_001])
  expect(failures).toMatchObject([{ code: 'LOG_FULL' }])
  expect(await given('GET', '/subjects')).toEqual([])
})

test('who breaks off in the middle of a request does not disturb the others', async () => {
  const { url, given, failures } = await servedRegistry()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`POST ${versions} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`)
  await once(socket, 'connect')
  socket.resetAndDestroy()
  expect(await given('GET', '/subjects')).toEqual([])
  expect(failures).toEqual([])
})

describe('listening', () => {
  test('is on 127.0.0.1 unless told otherwise', async () => {
    expect((await servedRegistry()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('on a port that is in use rejects with REGISTRY_ADDRESS_UNUSABLE', async () => {
    const { url, store } = await servedRegistry()
    const { port } = new URL(url)
    await expect(serveRegistry(store, { port: Number(port) })).rejects.toThrow(
      `REGISTRY_ADDRESS_UNUSABLE: The registry cannot listen on 127.0.0.1 port ${port}: another process listens there.`,
    )
  })

  test('on an address of another machine rejects with REGISTRY_ADDRESS_UNUSABLE', async () => {
    const { store } = await servedRegistry()
    await expect(serveRegistry(store, { port: 0, host: '192.0.2.1' })).rejects.toThrow(/^REGISTRY_ADDRESS_UNUSABLE: .*EADDRNOTAVAIL/)
  })

  test('ends with close, also where a client keeps its connection or does not finish its request', async () => {
    const registry = await servedRegistry()
    await registry.given('GET', '/subjects')
    const socket = connect(Number(new URL(registry.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST ${versions} HTTP/1.1\r\nhost: a\r\n`)
    await once(socket, 'connect')
    await registry.close()
    await expect(fetch(registry.url)).rejects.toThrow()
  })
})

test('what was registered is there when the file is served again, and is what an app has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const open = () => new EmbeddedRegistry(new Database(join(folder, 'log.sqlite')), false)
  const first = await servedRegistry(open().store())
  await first.register('a', schema)
  await first.given('PUT', '/config/a', { compatibility: 'FULL' })
  await first.given('DELETE', '/subjects/a')
  await first.register('a', schema)
  await first.close()
  const app = open()
  expect([await app.versions('a'), await app.compatibility('a'), await app.register('a', schema)]).toEqual([[{ id: 1, schema }], 'FULL', 1])
  const again = await servedRegistry(app.store())
  expect(await again.given('GET', versions)).toEqual([2])
})
