import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ottla } from '../run-ottla.js'
import { temporaryFolder } from '../shop-data.js'
import { first, writeVersion } from './shop-version.js'

const folder = temporaryFolder()

beforeAll(async () => {
  writeVersion(folder.path, 'first', first)
  await ottla(['schema', 'snapshot', '--config', 'first.mjs'], { cwd: folder.path })
})

afterAll(() => folder.remove())

/** Runs the command and expects one line on standard error, which begins with a code, and nothing else. */
async function fails(code: number, start: RegExp, ...parameters: readonly string[]) {
  const ended = await ottla(['schema', ...parameters], { cwd: folder.path })
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(start) })
  expect(ended.stderr.split('\n')).toHaveLength(2)
  return ended.stderr
}

const check = (...more: readonly string[]) => ['check', '--config', 'first.mjs', ...more]

describe('a wrong command line ends with 2', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'a registry and a snapshot file',
      check('--registry', 'http://127.0.0.1:1', '--snapshot'),
      /^USAGE_INVALID: option '--snapshot \[file\]' cannot be used with option '--registry <url>'.*See ottla schema check --help/,
    ],
    ['a registry and a data folder', check('--registry', 'http://127.0.0.1:1', '--data', 'x'), /^USAGE_INVALID: .* cannot be used with option '--data <dir>'/],
    ['a snapshot file and a data folder', check('--data', 'x', '--snapshot', 'schemas.json'), /^USAGE_INVALID: .* cannot be used with option '--data <dir>'/],
    [
      'a level that is none',
      ['register', '--config', 'first.mjs', '--level', 'SIDEWARD'],
      /^USAGE_INVALID: .*'SIDEWARD' is invalid.*NONE, BACKWARD, .*See ottla schema register --help/,
    ],
    ['an unknown option', ['snapshot', '--frce'], /^USAGE_INVALID: unknown option '--frce'.*See ottla schema snapshot --help/],
    ['an unknown part', ['chekc'], /^USAGE_INVALID: unknown command 'chekc'.*See ottla schema --help/],
  ]
  for (const [what, parameters, start] of wrong) it(what, () => fails(2, start, ...parameters))

  it('a registry that is no URL, which is not shown, for it may hold a password', async () => {
    expect(await fails(2, /^USAGE_INVALID: What --registry gives is no URL/, ...check('--registry', 'ottilie:secret@host'))).not.toContain('secret')
    await fails(2, /^USAGE_INVALID: What --registry gives is no URL/, ...check('--registry', 'ftp://host'))
  })
})

describe('no config file ends with 1', () => {
  for (const part of ['check', 'snapshot', 'register']) {
    it(`ottla schema ${part}`, () => fails(1, /^CONFIG_MISSING: There is no config file ottla\.config\.js/, part))
  }
})

describe('a snapshot file that cannot be used ends with 1, and is left as it is', () => {
  const written = (text: string | object) => {
    writeFileSync(join(folder.path, 'bad.json'), typeof text === 'string' ? text : JSON.stringify(text))
    return check('--snapshot', 'bad.json')
  }
  const withSubject = (subject: unknown) => ({ format: 'ottla-schemas/1', app: 'shop', subjects: { 'shop.events-shop.A': subject } })

  it('there is none', () =>
    fails(1, /^SCHEMA_SNAPSHOT_MISSING: There is no snapshot file none\.json\. Make it with ottla schema snapshot/, ...check('--snapshot', 'none.json')))
  it('no JSON', () => fails(1, /^SCHEMA_SNAPSHOT_INVALID: The snapshot file bad\.json cannot be used \(.*JSON/, ...written('{ "format"')))
  it('a merge conflict', () => fails(1, /^SCHEMA_SNAPSHOT_INVALID: .*<<<<<<< /, ...written('<<<<<<< HEAD\n{}\n=======\n')))
  it('something else', () => fails(1, /the file is no JSON object/, ...written('[]')))
  it('another format', () => fails(1, /its format is "ottla-schemas\/2", where "ottla-schemas\/1" belongs/, ...written({ format: 'ottla-schemas/2' })))
  it('of another app', () => fails(1, /it is of the app kiosk, and this one is shop/, ...written({ ...withSubject({}), app: 'kiosk' })))
  it('an unknown level', () =>
    fails(1, /the level "SIDEWARD" of shop\.events-shop\.A is none of NONE, BACKWARD, /, ...written(withSubject({ level: 'SIDEWARD', versions: ['"int"'] }))))
  it('no versions', () => fails(1, /shop\.events-shop\.A has no versions/, ...written(withSubject({ level: 'FULL', versions: [] }))))
  it('a version that is no schema', () =>
    fails(1, /version 2 of shop\.events-shop\.A is no schema: /, ...written(withSubject({ level: 'FULL', versions: ['int', { type: 'record' }] }))))
  it('a version twice', () =>
    fails(1, /shop\.events-shop\.A has one version twice/, ...written(withSubject({ level: 'FULL', versions: ['int', { type: 'int' }] }))))

  it('ottla schema snapshot does not write over it, not even with --force', async () => {
    written('{ "format"')
    await fails(1, /^SCHEMA_SNAPSHOT_INVALID: /, 'snapshot', '--config', 'first.mjs', '--file', 'bad.json', '--force')
  })

  it('a folder that is not there', () =>
    fails(1, /^SCHEMA_SNAPSHOT_UNWRITABLE: .*nowhere/, 'snapshot', '--config', 'first.mjs', '--file', 'nowhere/schemas.json'))
})

describe('a registry that does not do ends with 1', () => {
  async function registryAnswering(status: number, body: string): Promise<{ readonly url: string; readonly requests: string[] }> {
    const requests: string[] = []
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`)
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
  }

  it('nobody listens', () =>
    fails(
      1,
      /^REGISTRY_UNAVAILABLE: The schema registry http:\/\/127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/,
      ...check('--registry', 'http://o:secret@127.0.0.1:1'),
    ).then(text => expect(text).not.toContain('secret')))

  it('it answers with 500, and is asked once', async () => {
    const { url, requests } = await registryAnswering(500, '{"error_code":50001,"message":"the disk is gone"}')
    await fails(1, /^REGISTRY_UNAVAILABLE: .*status 500: the disk is gone/, ...check('--registry', url))
    expect(requests).toHaveLength(1)
    await fails(1, /^REGISTRY_UNAVAILABLE: .*status 500/, 'register', '--config', 'first.mjs', '--registry', url)
    expect(requests.filter(request => !request.startsWith('GET'))).toEqual([])
  })

  it('it is something else', async () => {
    const { url } = await registryAnswering(404, '<html>')
    await fails(1, /^REGISTRY_UNEXPECTED: /, ...check('--registry', url))
  })

  it('it wants to know who asks', async () => {
    const { url } = await registryAnswering(401, '{}')
    await fails(1, /^REGISTRY_FORBIDDEN: /, ...check('--registry', url))
  })

  it('the data folder is none: nothing is created', async () => {
    await fails(1, /^LOG_FOLDER_INVALID: .*missing/, ...check('--data', 'missing'))
    expect(existsSync(join(folder.path, 'missing'))).toBe(false)
    mkdirSync(join(folder.path, 'empty'))
    await fails(1, /^LOG_FOLDER_INVALID: .*empty/, ...check('--data', 'empty'))
    expect(readdirSync(join(folder.path, 'empty'))).toEqual([])
  })
})
