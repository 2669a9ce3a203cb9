import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtOttla, ottla, shopConfig } from './run-ottla.js'
import { order, startShop, temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()

beforeAll(async () => {
  for (const name of ['shop', 'kiosk']) {
    const app = await startShop(folder.data, { name })
    await app.send(order('o-1'))
    await app.stop()
  }
})

afterAll(() => folder.remove())

/** Runs the command and expects one line on standard error, which begins with a code. */
async function fails(code: number, start: RegExp, parameters: readonly string[], cwd = folder.path) {
  const ended = await ottla(parameters, { cwd })
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(start) })
  expect(ended.stderr.split('\n')).toHaveLength(2)
}

function file(name: string, text: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}

describe('a wrong command line ends with 2', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['evnts'], /^USAGE_INVALID: unknown command 'evnts' .*See ottla --help\.$/m],
    ['an unknown option', ['lag', '--dta', 'x'], /^USAGE_INVALID: unknown option '--dta'.*See ottla lag --help\.$/m],
    ['an argument too many', ['topics', 'x'], /^USAGE_INVALID: too many arguments/],
    ['no projection', ['replay'], /^USAGE_INVALID: missing required argument 'projection'/],
    ['a limit that is no number', ['events', '--data', 'x', '--limit', 'ten'], /^USAGE_INVALID: .*'ten' is invalid.* whole number from 1 on/],
    ['a limit of nothing', ['events', '--data', 'x', '--limit', '0'], /^USAGE_INVALID: .*'0' is invalid/],
    ['a stream without an id', ['events', '--data', 'x', '--stream', 'order'], /^USAGE_INVALID: .*'order' is invalid.*<participant>\/<id>/],
    ['neither data nor config', ['topics'], /^USAGE_INVALID: Neither --data nor --config is given/],
  ]
  for (const [what, parameters, start] of wrong) it(what, () => fails(2, start, parameters))

  it('no command at all, with the help', async () => {
    expect(await ottla([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^Usage: ottla/) })
  })
})

describe('a data folder that is none ends with 1', () => {
  for (const command of ['events', 'topics', 'lag']) {
    it(`ottla ${command} names it and creates nothing`, async () => {
      await fails(1, /^LOG_FOLDER_INVALID: .*missing/, [command, '--data', 'missing'])
      expect(existsSync(join(folder.path, 'missing'))).toBe(false)
      mkdirSync(join(folder.path, 'empty'), { recursive: true })
      await fails(1, /^LOG_FOLDER_INVALID: .*empty/, [command, '--data', 'empty'])
      expect(readdirSync(join(folder.path, 'empty'))).toEqual([])
    })
  }

  it('a damaged log is named', async () => {
    const damaged = temporaryFolder()
    await (await startShop(damaged.data)).stop()
    writeFileSync(join(damaged.data, 'log.sqlite'), 'This is no database, but a text that somebody saved here by mistake.'.repeat(100))
    await fails(1, /^LOG_DAMAGED: .*log\.sqlite/, ['events', '--data', damaged.data])
    damaged.remove()
  })
})

describe('a wrong choice ends with 1 and names what there is', () => {
  it('of several apps none is named', () => fails(1, /^APP_AMBIGUOUS: .*kiosk, shop/, ['events', '--data', folder.data]))
  it('an app that is not there', () => fails(1, /^APP_UNKNOWN: .*shoe.*kiosk, shop/, ['lag', '--data', folder.data, '--app', 'shoe']))
  it('a projection that is not there', () =>
    fails(1, /^PROJECTION_UNKNOWN: .*oders.*orders, notes/, ['replay', 'oders', '--config', shopConfig, '--data', folder.data]))

  it('an app that is named is taken', async () => {
    expect(await ottla(['events', '--data', folder.data, '--app', 'kiosk', '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('kiosk.events'),
    })
  })

  it('the config file names the app', async () => {
    expect(await ottla(['events', '--data', folder.data, '--config', shopConfig, '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('shop.events'),
    })
  })
})

describe('ottla.config.js of the current folder', () => {
  it('is taken where neither data nor config is given', async () => {
    const other = temporaryFolder()
    const text = `import shop from '${pathToFileURL(shopConfig)}'\nimport { embedded } from '${pathToFileURL(builtOttla)}'\nexport default { ...shop, log: embedded(${JSON.stringify(folder.data)}) }\n`
    writeFileSync(join(other.path, 'ottla.config.js'), text)
    writeFileSync(join(other.path, 'package.json'), '{ "type": "module" }')
    expect(await ottla(['events', '--json'], { cwd: other.path })).toMatchObject({ code: 0, stdout: expect.stringContaining('shop.events') })
    expect(await ottla(['replay', 'orders'], { cwd: other.path })).toMatchObject({ code: 0 })
    other.remove()
  })
})

describe('a config file that is none ends with 1', () => {
  const replay = (config: string) => ['replay', 'orders', '--config', config]

  it('it does not exist', () => fails(1, /^CONFIG_MISSING: .*nowhere\.js/, replay('nowhere.js')))
  it('replay looks for ottla.config.js', () => fails(1, /^CONFIG_MISSING: .*ottla\.config\.js/, ['replay', 'orders', '--data', folder.data]))
  it('it throws', () => fails(1, /^CONFIG_FAILED: .*throws\.mjs .*no such thing/, replay(file('throws.mjs', "throw new Error('no such thing')"))))
  it('it is no JavaScript', () => fails(1, /^CONFIG_FAILED: .*wrong\.mjs/, replay(file('wrong.mjs', 'export default {'))))
  it('it has no default export', () => fails(1, /^CONFIG_INVALID: .*has no default export/, replay(file('none.mjs', 'export const name = 1'))))
  it('it says too little', async () => {
    await fails(1, /^CONFIG_INVALID: .*name of the app/, replay(file('nameless.mjs', 'export default {}')))
    await fails(1, /^CONFIG_INVALID: .*modules/, replay(file('moduleless.mjs', "export default { name: 'shop' }")))
    await fails(1, /^CONFIG_INVALID: .*which log/, replay(file('logless.mjs', "export default { name: 'shop', modules: [] }")))
  })
  it('it lists something that is no module', () =>
    fails(1, /^MODEL_INVALID: /, replay(file('odd.mjs', "export default { name: 'shop', modules: [1], log: { open() {} } }"))))
})

describe('for whoever mends it', () => {
  it('OTTLA_DEBUG=1 shows the stack', async () => {
    const parameters = ['topics', '--data', 'missing']
    expect((await ottla(parameters, { cwd: folder.path, env: { OTTLA_DEBUG: '1' } })).stderr).toMatch(/^LOG_FOLDER_INVALID: [\s\S]*\n +at /)
  })

  it('a Node that is too old is named, before anything is loaded that it may not know', async () => {
    const pretend = "data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })"
    const ended = await ottla(['topics'], { nodeArguments: ['--import', pretend] })
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^NODE_TOO_OLD: ottla needs Node\.js 22 or newer/) })
  })
})
