import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ottla } from '../run-ottla.js'
import { temporaryFolder } from '../shop-data.js'
import { compatible, first, incompatible, writeVersion } from './shop-version.js'

let folder: ReturnType<typeof temporaryFolder>
const folders: (typeof folder)[] = []

beforeEach(async () => {
  folder = temporaryFolder()
  folders.push(folder)
  for (const [name, version] of Object.entries({ first, compatible, incompatible })) writeVersion(folder.path, name, version)
  await snapshot('first.mjs')
})

afterAll(() => {
  for (const { remove } of folders) remove()
})

const run = (...parameters: readonly string[]) => ottla(['schema', ...parameters], { cwd: folder.path })
const snapshot = (config: string, ...more: readonly string[]) => run('snapshot', '--config', config, ...more)
const text = (file = 'schemas.json') => readFileSync(join(folder.path, file), 'utf8')
const subjects = () => JSON.parse(text()).subjects

describe('ottla schema snapshot', () => {
  it('writes each subject with its level and its versions, one thing a line', () => {
    expect(text()).toContain(`\
    "shop.events-shop.OrderCancelled": {
      "level": "BACKWARD_TRANSITIVE",
      "versions": [
        {
          "name": "shop.OrderCancelled",
          "type": "record",
          "fields": [
            {
              "name": "orderId",
              "type": "string"
            }
          ]
        }
      ]
    },
`)
    expect(text().endsWith('}\n')).toBe(true)
    expect(Object.keys(subjects())).toEqual(Object.keys(subjects()).sort())
  })

  it('changes nothing when it is run again', async () => {
    const before = text()
    expect(await snapshot('first.mjs')).toEqual({ code: 0, stdout: 'schemas.json has not changed.\n', stderr: '' })
    expect(text()).toBe(before)
  })

  it('adds a compatible schema as the next version and keeps the earlier ones', async () => {
    expect(await snapshot('compatible.mjs')).toEqual({
      code: 0,
      stdout: 'shop.events-shop.OrderPlaced has version 2.\nshop.events-shop.OrderShipped has version 1.\nschemas.json is written.\n',
      stderr: '',
    })
    expect(subjects()['shop.events-shop.OrderPlaced'].versions).toHaveLength(2)
    expect(Object.keys(subjects())).toEqual(Object.keys(subjects()).sort())
    expect((await run('check', '--snapshot', '--config', 'compatible.mjs')).stdout).toContain('7 subjects: 7 unchanged')
  })

  it('makes check refuse code that goes back to a version which cannot read what came later', async () => {
    await snapshot('compatible.mjs')
    const { code, stdout } = await run('check', '--snapshot', 'schemas.json', '--config', 'first.mjs')
    expect([code, stdout]).toEqual([3, expect.stringContaining('version 2: points is long in the new schema and double in version 2')])
  })

  it('refuses an incompatible schema and leaves the file as it was', async () => {
    const before = text()
    const { code, stdout, stderr } = await snapshot('incompatible.mjs')
    expect([code, text() === before, readdirSync(folder.path).filter(name => name.endsWith('.tmp'))]).toEqual([3, true, []])
    expect(stdout).toMatch(
      /^removed {7}shop\.events-shop\.OrderCancelled .*\n {2}Ottla reads every event[\s\S]*\nincompatible {2}shop\.events-shop\.OrderPlaced /,
    )
    expect(stderr).toMatch(/^SCHEMAS_INCOMPATIBLE: .* to shop\.events-shop\.OrderCancelled, shop\.events-shop\.OrderPlaced\. .*\n$/)
  })

  it('takes the versions out that do not go together with the code, where --force says so', async () => {
    expect(await snapshot('incompatible.mjs', '--force')).toEqual({
      code: 0,
      stdout: `\
shop.events-shop.OrderCancelled is taken out by --force.
shop.events-shop.OrderPlaced has version 1, by --force without the earlier version 1.
schemas.json is written.
`,
      stderr: '',
    })
    expect(await run('check', '--snapshot', '--config', 'incompatible.mjs')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('5 subjects: 5 unchanged'),
    })
  })

  it('keeps what was edited: the level of a subject', async () => {
    const edited = JSON.parse(text())
    edited.subjects['shop.events-shop.OrderPlaced'].level = 'FULL_TRANSITIVE'
    writeFileSync(join(folder.path, 'schemas.json'), JSON.stringify(edited))
    const { code, stdout } = await snapshot('compatible.mjs')
    expect([code, stdout]).toEqual([3, expect.stringContaining('FULL_TRANSITIVE: code of every earlier version must read the new events')])
    const noted = { ...first.events, 'shop.OrderPlaced': '{ orderId: t.string, total: t.decimal(14, 4), points: t.long, note: t.optional(t.string) }' }
    expect((await snapshot(writeVersion(folder.path, 'noted', { events: noted }))).code).toBe(0)
    expect(subjects()['shop.events-shop.OrderPlaced']).toMatchObject({ level: 'FULL_TRANSITIVE', versions: [{}, {}] })
  })

  it('gives new subjects the level of --level, and writes the file that --file names', async () => {
    await snapshot('compatible.mjs', '--file', 'other.json', '--level', 'FULL')
    const levels = Object.values(JSON.parse(text('other.json')).subjects as Record<string, { level: string }>).map(({ level }) => level)
    expect(new Set(levels)).toEqual(new Set(['FULL']))
  })

  it('keeps a default of 64 bits as it is', async () => {
    const events = { 'shop.OrderPlaced': '{ orderId: t.string, points: t.withDefault(t.long, 9007199254740993n) }' }
    const config = writeVersion(folder.path, 'large', { events })
    await snapshot(config, '--file', 'large.json')
    expect(text('large.json')).toContain('"default": 9007199254740993\n')
    expect((await run('check', '--snapshot', 'large.json', '--config', config)).stdout).toContain(': 5 unchanged')
  })

  it('says as JSON what it did', async () => {
    expect(JSON.parse((await snapshot('compatible.mjs', '--json')).stdout)).toEqual({
      file: 'schemas.json',
      changed: true,
      changes: [
        { subject: 'shop.events-shop.OrderPlaced', version: 2, dropped: [] },
        { subject: 'shop.events-shop.OrderShipped', version: 1, dropped: [] },
      ],
      refused: [],
    })
    const { changed, refused } = JSON.parse((await snapshot('incompatible.mjs', '--json')).stdout)
    expect([changed, refused.map(({ status }: { status: string }) => status)]).toEqual([false, ['removed', 'incompatible', 'removed']])
  })
})
