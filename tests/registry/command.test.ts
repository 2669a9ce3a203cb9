import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HttpRegistry } from '@ottla/eventstore/kafka'
import { embedded } from 'ottla'
import { describe, expect, onTestFinished, test } from 'vitest'
import { builtOttla, ottla } from '../cli/run-ottla.js'
import { order, startShop } from '../cli/shop-data.js'
import { startRegistry, startRegistryWith, temporaryFolder } from './registry-process.fixture.js'

async function asked(url: string, path: string, init?: RequestInit): Promise<unknown> {
  return (await fetch(url + path, { ...init, headers: { 'content-type': 'application/json' } })).json()
}

describe('ottla registry', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('prints its URL on 127.0.0.1 alone, and ends with 0 on %s', async signal => {
    const registry = await startRegistry(temporaryFolder())
    expect(registry.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    registry.process.kill(signal)
    expect(await registry.ended).toEqual({ code: 0, stdout: `${registry.url}\n`, stderr: '' })
  })

  test('makes a folder where there is none, and keeps what was registered', async () => {
    const data = join(temporaryFolder(), 'new', 'registry')
    const first = await startRegistry(data)
    expect(await asked(first.url, '/subjects/a/versions', { method: 'POST', body: '{"schema":"\\"int\\""}' })).toEqual({ id: 1 })
    first.process.kill('SIGKILL')
    await first.ended
    const again = await startRegistry(data)
    expect(await asked(again.url, '/schemas/ids/1')).toEqual({ schema: '"int"' })
  })

  test('serves the folder of a config file', async () => {
    const folder = temporaryFolder()
    await (await startShop(join(folder, 'data'))).stop()
    const text = `import { embedded } from '${pathToFileURL(builtOttla)}'\nexport default { name: 'shop', modules: [], log: embedded('${join(folder, 'data')}') }\n`
    writeFileSync(join(folder, 'shop.mjs'), text)
    const registry = await startRegistryWith('--config', join(folder, 'shop.mjs'))
    expect(await asked(registry.url, '/subjects')).toContain('shop.events-shop.OrderPlaced')
  })
})

describe('a folder that a running app uses', () => {
  test('is refused with REGISTRY_FOLDER_IN_USE, which names the way, and the app goes on', async () => {
    const data = join(temporaryFolder(), 'data')
    const app = await startShop(data)
    onTestFinished(() => app.stop())
    const ended = await ottla(['registry', '--data', data, '--port', '0'])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^REGISTRY_FOLDER_IN_USE: .*data.*ottla registry --read-only\.\n$/)
    expect((await app.send(order('o-1'))).outcome).toBe('accepted')
  })

  test('is served beside it for reading only: schemas are there, changes are refused', async () => {
    const data = join(temporaryFolder(), 'data')
    const app = await startShop(data)
    onTestFinished(() => app.stop())
    const { url } = await startRegistry(data, '--read-only')
    const registry = new HttpRegistry({ url, startTimeout: 0 })
    onTestFinished(() => registry.close())
    const subject = 'shop.events-shop.OrderPlaced'
    const [placed] = await registry.versions(subject)
    expect(await registry.register(subject, placed?.schema ?? '')).toBe(placed?.id)
    await expect(registry.register('new', '"int"')).rejects.toThrow(/^REGISTRY_REFUSED: .*read-only mode.*42205/)
    expect(await asked(url, '/mode')).toEqual({ mode: 'READONLY' })
    const { registry: own, log } = await embedded(data, { readOnly: true }).open()
    onTestFinished(() => log.close())
    expect(await registry.subjects()).toEqual(await own.subjects())
  })

  test('shows what the app registers afterwards', async () => {
    const data = join(temporaryFolder(), 'data')
    const { log, registry } = await embedded(data).open()
    onTestFinished(() => log.close())
    const { url } = await startRegistry(data, '--read-only')
    await registry.register('later', '"int"')
    expect(await asked(url, '/subjects')).toEqual(['later'])
  })
})

describe('what cannot be served ends with 1 and a code', () => {
  test('a port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const { code, stderr } = await ottla(['registry', '--data', temporaryFolder(), '--port', `${port}`])
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`REGISTRY_ADDRESS_UNUSABLE: The registry cannot listen on 127.0.0.1 port ${port}: another process`),
    ])
  })

  test('a damaged file, which stays as it is', async () => {
    const data = join(temporaryFolder(), 'data')
    await (await embedded(data).open()).log.close()
    writeFileSync(join(data, 'log.sqlite'), 'no database'.repeat(1000))
    const { code, stderr } = await ottla(['registry', '--data', data, '--port', '0'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^LOG_DAMAGED: .*log\.sqlite/)])
  })

  test('a folder with other files, and for reading only a folder that is none', async () => {
    const data = temporaryFolder()
    expect(await ottla(['registry', '--data', join(data, 'x'), '--port', '0', '--read-only'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^LOG_FOLDER_INVALID/),
    })
    expect(existsSync(join(data, 'x'))).toBe(false)
    writeFileSync(join(data, 'mine.txt'), '')
    expect(await ottla(['registry', '--data', data, '--port', '0'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^LOG_FOLDER_INVALID/) })
    expect(readdirSync(data)).toEqual(['mine.txt'])
  })

  test('a log whose schemas are elsewhere', async () => {
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, 'other.mjs'),
      "export default { name: 'shop', modules: [], log: { open: async () => ({ registry: {}, log: { close() {} } }) } }\n",
    )
    const { code, stderr } = await ottla(['registry', '--config', join(folder, 'other.mjs'), '--port', '0'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^REGISTRY_ELSEWHERE: /)])
  })

  test.each(['-1', '65536', 'http', '80.5'])('the port %s, with 2', async port => {
    expect(await ottla(['registry', '--data', 'x', `--port=${port}`])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^USAGE_INVALID: .*0 to 65535/) })
  })
})
