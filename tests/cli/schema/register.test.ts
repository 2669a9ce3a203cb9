import { embedded as openEmbedded } from '@ottla/eventstore/embedded'
import { createApp, embedded, isOttlaError } from 'ottla'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ottla } from '../run-ottla.js'
import { temporaryFolder } from '../shop-data.js'
import { order, orderText, Place, packing } from './packing-shop.js'
import { compatible, first, incompatible, writeVersion } from './shop-version.js'

let folder: ReturnType<typeof temporaryFolder>
const folders: (typeof folder)[] = []

beforeEach(() => {
  folder = temporaryFolder()
  folders.push(folder)
  for (const [name, version] of Object.entries({ first, compatible, incompatible })) writeVersion(folder.path, name, version)
})

afterAll(() => {
  for (const { remove } of folders) remove()
})

const run = (...parameters: readonly string[]) => ottla(['schema', ...parameters], { cwd: folder.path })
const register = (config: string, ...more: readonly string[]) => run('register', '--config', config, ...more)

/** Every subject of the data folder with the level set for it and how many versions it has. */
async function registryContent(): Promise<Record<string, readonly [string | undefined, number]>> {
  const { log, registry } = await openEmbedded(folder.data, { readOnly: true }).open()
  try {
    const entries = (await registry.subjects()).map(async subject => {
      return [subject, [await registry.ownCompatibility(subject), (await registry.versions(subject)).length]] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  } finally {
    await log.close()
  }
}

describe('ottla schema register', () => {
  it('registers every subject, sets the level of each and prints the ids', async () => {
    expect(await register('first.mjs')).toEqual({
      code: 0,
      stderr: '',
      stdout: `\
Id  Subject                          Schema      Level
 1  shop.commands-ottla.Reply        registered  BACKWARD_TRANSITIVE (set)
 2  shop.commands-shop.PlaceOrder    registered  BACKWARD_TRANSITIVE (set)
 3  shop.events-shop.OrderCancelled  registered  BACKWARD_TRANSITIVE (set)
 4  shop.events-shop.OrderPlaced     registered  BACKWARD_TRANSITIVE (set)
 5  shop.outcomes-ottla.Outcome      registered  BACKWARD_TRANSITIVE (set)
 6  shop.replies-ottla.CommandReply  registered  BACKWARD_TRANSITIVE (set)
`,
    })
    expect((await registryContent())['shop.events-shop.OrderPlaced']).toEqual(['BACKWARD_TRANSITIVE', 1])
    expect(await run('check', '--config', 'first.mjs')).toMatchObject({ code: 0, stdout: expect.stringContaining('6 subjects: 6 unchanged') })
  })

  it('registers only what is new when it is run again', async () => {
    await register('first.mjs', '--data', 'shop-data')
    expect((await register('first.mjs')).stdout).not.toMatch(/registered|set/)
    const { registered } = JSON.parse((await register('compatible.mjs', '--json')).stdout)
    expect(registered.filter(({ added }: { added: boolean }) => added)).toEqual([
      { subject: 'shop.events-shop.OrderPlaced', id: 7, added: true, level: 'BACKWARD_TRANSITIVE', levelSet: false },
      { subject: 'shop.events-shop.OrderShipped', id: 8, added: true, level: 'BACKWARD_TRANSITIVE', levelSet: true },
    ])
  })

  it('registers nothing where one subject is incompatible', async () => {
    await register('first.mjs')
    const before = await registryContent()
    const events = { ...incompatible.events, 'shop.ANewOne': '{ orderId: t.string }' }
    const { code, stdout, stderr } = await register(writeVersion(folder.path, 'other', { events }))
    expect([code, await registryContent()]).toEqual([3, before])
    expect(stdout).toMatch(/^incompatible {2}shop\.events-shop\.OrderPlaced /)
    expect(stderr).toMatch(/^SCHEMAS_INCOMPATIBLE: .* to shop\.events-shop\.OrderPlaced\. /)
  })

  it('sets --level where a subject has none or NONE, and judges by it', async () => {
    await register('first.mjs', '--level', 'NONE')
    expect(new Set(Object.values(await registryContent()).map(([level]) => level))).toEqual(new Set(['NONE']))
    expect((await register('first.mjs')).stdout).not.toContain('set')
    expect((await register('compatible.mjs', '--level', 'FULL')).code).toBe(3)
    expect((await register('first.mjs', '--level', 'FULL')).stdout.match(/FULL \(set\)/g)).toHaveLength(6)
    expect((await register('first.mjs', '--level', 'BACKWARD')).stdout.match(/FULL$/gm)).toHaveLength(6)
  })

  it('makes no level stricter by itself: at NONE a changed command is taken, with a warning of check', async () => {
    await register('first.mjs', '--level', 'NONE')
    const config = writeVersion(folder.path, 'other', { ...first, commands: { 'shop.PlaceOrder': '{ orderId: t.string, gift: t.boolean }' } })
    expect((await run('check', '--config', config)).stdout).toContain('warning: at the level NONE a registry takes every schema')
    expect((await register(config)).code).toBe(0)
  })
})

const start = (modules = [order, packing], autoRegister = false) =>
  createApp({ name: 'shop', modules, log: embedded(folder.data, { autoRegister }), shards: 1 })

describe('an app with autoRegister: false', () => {
  it('does not start while schemas are missing, names every subject in one error, and registers nothing', async () => {
    const error = await start().catch((error: Error) => error)
    expect(isOttlaError(error, 'SCHEMAS_NOT_REGISTERED')).toBe(true)
    expect((error as Error).message).toMatch(
      /^SCHEMAS_NOT_REGISTERED: The registry lacks the schemas that this version of the app has for (shop\.[\w.-]+, )+shop\.replies-ottla\.CommandReply\. Run `ottla schema register` before the app is started: with autoRegister: false it registers nothing by itself\.$/,
    )
    for (const subject of ['shop.events-shop.Placed', 'shop.commands-shop.Pack', 'shop.events-ottla.saga.SagaStarted', 'shop.outcomes-ottla.Outcome'])
      expect((error as Error).message).toContain(subject)
    expect(await registryContent()).toEqual({})
  })

  it('names only the subjects that lack the schema of this version', async () => {
    await register(writeVersion(folder.path, 'app', { ...orderText, events: { 'shop.Placed': '{ orderId: t.string, old: t.optional(t.string) }' } }))
    const before = await registryContent()
    const error = (await start().catch((error: Error) => error)) as Error
    expect(error.message).toContain('has for shop.events-shop.Placed. Run')
    expect(await registryContent()).toEqual(before)
  })

  it('starts and works after ottla schema register, which puts there what an app registers by itself, and nothing else', async () => {
    const config = writeVersion(folder.path, 'app', orderText)
    expect(await register(config)).toMatchObject({ code: 0, stderr: '' })
    const registered = await registryContent()
    const app = await start()
    expect((await app.send(new Place({ orderId: 'o' }))).outcome).toBe('accepted')
    await app.stop()
    expect(await registryContent()).toEqual(registered)

    const byItself = temporaryFolder()
    folders.push(byItself)
    folder = byItself
    await (await start([order, packing], true)).stop()
    expect(Object.keys(await registryContent())).toEqual(Object.keys(registered))
  })
})
