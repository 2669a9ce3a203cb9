import { inspect } from 'node:util'
import { isOttlaError, type OttlaError } from '@ottla/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answers, OddServer, registryOf } from './http-registry.fixture.js'
import { HttpRegistry } from './http-registry.js'
import type { RegistryOptions } from './registry-options.js'

let server: OddServer
let opened: HttpRegistry[]

beforeEach(async () => {
  opened = []
  server = await new OddServer(answers(500, '')).start()
})

afterEach(async () => {
  for (const registry of opened) registry.close()
  await server.stop()
})

function open(options: Partial<RegistryOptions> = {}): HttpRegistry {
  const registry = new HttpRegistry({ url: server.url, startTimeout: 0, ...options })
  opened.push(registry)
  return registry
}

async function failureOf(asked: Promise<unknown>): Promise<OttlaError> {
  const error = await asked.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  if (!isOttlaError(error)) throw new Error(`rejects with ${error}`)
  return error
}

describe('requests', () => {
  test('asks once for the schema of an id, also when several ask at the same time', async () => {
    server.handler = answers(200, { schema: '"int"' })
    const registry = open()
    await Promise.all([registry.schemaById(7), registry.schemaById(7)])
    expect(await registry.schemaById(7)).toEqual({ id: 7, schema: '"int"' })
    expect(server.requests).toEqual(['GET /schemas/ids/7'])
  })

  test('registers a schema once, however often and in whatever white space, and knows it by its id then', async () => {
    const { handler, schemas } = registryOf('a')
    server.handler = handler
    const registry = open()
    const ids = await Promise.all([registry.register('a', '{"type":"int"}'), registry.register('a', '{ "type": "int" }')])
    const sent = server.requests.length
    expect([...ids, await registry.register('a', '{"type":"int"}'), (await registry.schemaById(1)).id]).toEqual([1, 1, 1, 1])
    expect(server.requests).toHaveLength(sent)
    expect(schemas).toEqual(['"int"'])
  })

  test('does not register what an older version of the subject is', async () => {
    const { handler, schemas } = registryOf('a')
    schemas.push('{ "type": "int" }', '"long"')
    server.handler = handler
    expect(await open().register('a', '{"type":"int"}')).toBe(1)
    expect(schemas).toHaveLength(2)
  })

  test('sets the level of a subject before its first version', async () => {
    server.handler = registryOf('a').handler
    await open().register('a', '"int"')
    const changes = server.requests.filter(request => !request.startsWith('GET'))
    expect(changes).toEqual(['PUT /config/a {"compatibility":"BACKWARD_TRANSITIVE"}', `POST /subjects/a/versions ${JSON.stringify({ schema: '"int"' })}`])
  })

  test('does not keep a failure', async () => {
    const registry = open()
    expect((await failureOf(registry.schemaById(1))).code).toBe('REGISTRY_UNAVAILABLE')
    server.handler = answers(200, { schema: '"int"' })
    expect((await registry.schemaById(1)).schema).toBe('"int"')
  })

  test('sends again what went to a connection that the server had just closed', async () => {
    server.handler = answers(200, ['a'])
    const registry = open()
    await registry.subjects()
    await server.stop()
    await server.start()
    expect(await registry.subjects()).toEqual(['a'])
  })

  test('begins again where another node changes the subject at the same time', async () => {
    const { handler } = registryOf('a')
    const conflicts = new Set(['PUT', 'POST'])
    server.handler = (request, ...rest) =>
      (conflicts.delete(`${request.method}`) ? answers(409, { error_code: 0, message: "A rule named 'COMPATIBILITY' already exists." }) : handler)(
        request,
        ...rest,
      )
    expect(await open({ startTimeout: 60_000 }).register('a', '"int"')).toBe(1)
  })

  test('waits at the start for a registry that does not answer yet', async () => {
    const { handler } = registryOf('a')
    server.handler = (...exchange) => (server.requests.length < 3 ? answers(503, '') : handler)(...exchange)
    expect(await open({ startTimeout: 60_000 }).register('a', '"int"')).toBe(1)
  })
})

describe('what is no answer', () => {
  test('a server that is down is REGISTRY_UNAVAILABLE with its URL, and heals by itself', async () => {
    const registry = open()
    await server.stop()
    const error = await failureOf(registry.subjects())
    expect(error).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retriable: true })
    expect(error.message).toMatch(new RegExp(`registry ${server.url} does not answer .*ECONNREFUSED`))
    server.handler = answers(200, [])
    await server.start()
    expect(await registry.subjects()).toEqual([])
  })

  test.each([500, 502, 503, 504, 408, 429])('status %i is REGISTRY_UNAVAILABLE and says what the server said', async status => {
    server.handler = answers(status, { error_code: 50_001, message: 'the store is away' })
    const error = await failureOf(open().schemaById(1))
    expect(error).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retriable: true })
    expect(error.message).toContain(`it answers GET /schemas/ids/1 with status ${status}: the store is away`)
  })

  test('an answer that does not end is REGISTRY_UNAVAILABLE after the time-out, also where bytes keep coming', async () => {
    for (const body of ['', '[']) {
      server.handler = (_, response) => {
        if (!body) return
        response.writeHead(200)
        const drip = setInterval(() => response.write(body), 20)
        response.on('close', () => clearInterval(drip))
      }
      expect((await failureOf(open({ timeout: 200 }).subjects())).message).toContain('no answer within 200 ms')
    }
  })

  test('an answer that breaks off is REGISTRY_UNAVAILABLE', async () => {
    server.handler = (_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('[')
      setImmediate(() => response.destroy())
    }
    expect((await failureOf(open().subjects())).code).toBe('REGISTRY_UNAVAILABLE')
  })

  test('an error whose body is null, or no object, is told like any other', async () => {
    for (const body of ['null', '1', '"x"', '[]']) {
      server.handler = answers(500, body)
      expect((await failureOf(open().subjects())).code).toBe('REGISTRY_UNAVAILABLE')
      server.handler = answers(404, body)
      expect((await failureOf(open().subjects())).code).toBe('REGISTRY_UNEXPECTED')
    }
  })
})

describe('what is no registry', () => {
  test.each([
    ['a page', answers(200, '<html>')],
    ['a redirection', answers(302, '')],
    ['nothing', answers(200, '')],
    ['another kind of list', answers(200, [1])],
  ])('%s in place of the subjects is REGISTRY_UNEXPECTED, at once and with the cure', async (_, handler) => {
    server.handler = handler
    const error = await failureOf(open({ startTimeout: 60_000 }).subjects())
    expect(error).toMatchObject({ code: 'REGISTRY_UNEXPECTED', retriable: true })
    expect(error.message).toContain('/apis/ccompat/v7')
  })

  test.each([
    ['a page', '<html>'],
    ['a message without a code', { message: 'no Route matched with those values' }],
  ])("a gateway's 404 with %s does not pass for a schema that does not exist", async (_, body) => {
    server.handler = answers(404, body)
    expect((await failureOf(open().schemaById(1))).code).toBe('REGISTRY_UNEXPECTED')
  })

  test.each([{}, { schema: 7 }, null, [], 7])('%j in place of a schema is REGISTRY_UNEXPECTED', async body => {
    server.handler = answers(200, body)
    expect((await failureOf(open().schemaById(1))).code).toBe('REGISTRY_UNEXPECTED')
  })

  test.each([{}, { id: '7' }, { id: 1.5 }, { id: -1 }, { id: 2 ** 32 }, null])('%j in place of an id is REGISTRY_UNEXPECTED', async body => {
    const { handler } = registryOf('a')
    server.handler = (request, ...rest) => (request.method === 'POST' ? answers(200, body) : handler)(request, ...rest)
    expect((await failureOf(open().register('a', '"int"'))).code).toBe('REGISTRY_UNEXPECTED')
  })

  test('a server that sends without end is cut off', async () => {
    server.handler = (_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, '[')
      const more = () => void (response.destroyed || response.write(chunk, more))
      more()
    }
    expect((await failureOf(open().subjects())).message).toContain('has more than')
  })
})

describe('what the registry refuses', () => {
  test.each([401, 403])('status %i is REGISTRY_FORBIDDEN with what was asked, at once', async status => {
    server.handler = answers(status, { error_code: status, message: 'Unauthorized' })
    const error = await failureOf(open({ startTimeout: 60_000 }).register('a b', '"int"'))
    expect(error).toMatchObject({ code: 'REGISTRY_FORBIDDEN', retriable: true })
    expect(error.message).toContain(`refuses GET /subjects/a%20b/versions with status ${status}`)
  })

  const refusing = (status: number, code: number, message: string) => {
    const { handler } = registryOf('a')
    return (...[request, ...rest]: Parameters<typeof handler>) =>
      (request.method === 'POST' ? answers(status, { error_code: code, message }) : handler)(request, ...rest)
  }

  test.each([409, 40_901])('a schema that the level forbids is SCHEMA_INCOMPATIBLE with subject, level and reason, also with the code %i', async code => {
    server.handler = refusing(409, code, 'READER_FIELD_MISSING_DEFAULT_VALUE')
    const error = await failureOf(open({ compatibility: 'FULL' }).register('a', '"int"'))
    expect(error).toMatchObject({ code: 'SCHEMA_INCOMPATIBLE', retriable: false })
    expect(error.message).toContain('not FULL compatible with the earlier ones of subject a (READER_FIELD_MISSING_DEFAULT_VALUE)')
  })

  test('a text that it cannot parse is SCHEMA_INVALID', async () => {
    server.handler = refusing(422, 42_201, 'Input schema is an invalid Avro schema')
    expect(await failureOf(open().register('a', '{"type":"nothing"}'))).toMatchObject({ code: 'SCHEMA_INVALID', retriable: false })
  })

  test('anything else is REGISTRY_REFUSED with its words', async () => {
    server.handler = refusing(422, 42_205, 'Subject a is in read-only mode')
    const error = await failureOf(open().register('a', '"int"'))
    expect(error).toMatchObject({ code: 'REGISTRY_REFUSED', retriable: false })
    expect(error.message).toContain('the schema of a: Subject a is in read-only mode')
  })

  test('an id of a Protobuf schema is SCHEMA_INVALID', async () => {
    server.handler = answers(200, { schemaType: 'PROTOBUF', schema: 'message A {}' })
    expect((await failureOf(open().schemaById(1))).code).toBe('SCHEMA_INVALID')
  })
})

describe('credentials', () => {
  const secret = 's3cr:t/ü'
  const basic = `Basic ${Buffer.from(`ottilie:${secret}`).toString('base64')}`

  test('user and password are sent, as options or in the URL', async () => {
    server.handler = answers(200, [])
    await open({ auth: { username: 'ottilie', password: secret } }).subjects()
    await open({ url: `http://ottilie:${encodeURIComponent(secret)}@${server.host}/` }).subjects()
    expect(server.authorizations).toEqual([basic, basic])
    expect(server.requests).toEqual(['GET /subjects', 'GET /subjects'])
  })

  test('a token is sent, and a function is asked for it each time', async () => {
    server.handler = answers(200, [])
    await open({ auth: { token: 'abc' } }).subjects()
    let asked = 0
    const expiring = open({ auth: { token: async () => `t${++asked}` } })
    await expiring.subjects()
    await expiring.subjects()
    expect(server.authorizations).toEqual(['Bearer abc', 'Bearer t1', 'Bearer t2'])
  })

  test('a token that cannot be had is REGISTRY_UNAVAILABLE, also when it never comes', async () => {
    const token = () => Promise.reject(new Error('the issuer is away'))
    expect((await failureOf(open({ auth: { token } }).subjects())).message).toContain('the issuer is away')
    const never = () => new Promise<string>(() => {})
    expect((await failureOf(open({ auth: { token: never }, timeout: 50 }).subjects())).code).toBe('REGISTRY_UNAVAILABLE')
  })

  test('no error, and nothing that is printed, shows them', async () => {
    const url = `http://ottilie:${encodeURIComponent(secret)}@${server.host}/base`
    const shown: string[] = []
    const look = (thing: unknown) => shown.push(inspect(thing, { depth: 10, showHidden: true }), String(thing), JSON.stringify(thing))
    for (const options of [{ url }, { auth: { username: 'ottilie', password: secret } }, { auth: { token: 't0ken' } }]) {
      for (const handler of [answers(500, ''), answers(401, ''), answers(200, '<p>')]) {
        server.handler = handler
        look(await failureOf(open(options).subjects()))
      }
      server.handler = (_, response) => void response.destroy()
      look(await failureOf(open(options).subjects()))
      server.handler = () => {}
      look(await failureOf(open({ ...options, timeout: 50 }).subjects()))
    }
    for (const wrong of [
      { url: `ftp://ottilie:${secret}@h` },
      { url: `ottilie:${secret}@h:1:2` },
      { url: `${url}?token=t0ken` },
      { auth: { token: 't0ken\n' } },
    ]) {
      expect(() => open(wrong)).toThrow(/^KAFKA_OPTIONS_INVALID/)
      try {
        open(wrong)
      } catch (error) {
        look(error)
      }
    }
    for (const text of shown) for (const part of [secret, encodeURIComponent(secret), basic, 't0ken', 'ottilie']) expect(text).not.toContain(part)
  })
})

test('a closed registry ends what is under way, and takes nothing more', async () => {
  server.handler = () => {}
  const registry = open({ startTimeout: 60_000 })
  const waiting = failureOf(registry.register('a', '"int"'))
  await expect.poll(() => server.requests.length).toBe(1)
  registry.close()
  expect((await waiting).code).toBe('LOG_CLOSED')
  expect((await failureOf(registry.subjects())).code).toBe('LOG_CLOSED')
})

test('a closed registry ends the wait of a start', async () => {
  const registry = open({ startTimeout: 60_000 })
  const waiting = failureOf(registry.register('a', '"int"'))
  await expect.poll(() => server.requests.length).toBeGreaterThan(1)
  registry.close()
  expect((await waiting).code).toBe('LOG_CLOSED')
})

test('a level that is none is refused', () => {
  expect(() => open({ compatibility: 'SIDEWAYS' as never })).toThrow(/^KAFKA_OPTIONS_INVALID: .*registry.compatibility.*SIDEWAYS/)
})
