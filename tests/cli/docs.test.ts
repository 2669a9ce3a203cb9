import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from 'ottla'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendBadRecord } from './bad-record.js'
import { ottla, shopConfig } from './run-ottla.js'
import { compatible, first, incompatible, writeVersion } from './schema/shop-version.js'
import { CancelOrder, Notes } from './shop.config.js'
import { order, startShop, temporaryFolder } from './shop-data.js'

const page = join(import.meta.dirname, '../../docs/reference/cli.md')
const folder = temporaryFolder()
const payments = JSON.stringify([
  { type: 'enum', name: 'shop.Currency', symbols: ['EUR', 'USD'] },
  { type: 'record', name: 'shop.OrderPaid', fields: [{ name: 'currency', type: 'shop.Currency' }] },
])

beforeAll(async () => {
  let now = Date.UTC(2026, 10, 21, 9)
  const app = await startShop(folder.data, { clock: { ...systemClock, now: () => now }, snapshots: true })
  await app.send(order('o-1'), { id: 'c-1' })
  now += 2_500
  await app.send(order('o-2', { note: 'torn' }), { id: 'c-2' })
  now += 60_000
  const last = [await app.send(order('o-2'), { id: 'c-3' }), await app.send(new CancelOrder({ orderId: 'o-1' }), { id: 'c-4' })]
  for (const after of last) await app.view(Notes, { after })
  await app.stop()
  now += 30_000
  await sendBadRecord(folder.data, now - 7_000, { clock: { ...systemClock, now: () => now }, snapshots: true })
  writeFileSync(join(folder.path, 'shop.config.js'), `export { default } from '${pathToFileURL(shopConfig)}'\n`)
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder.path, 'payments.avsc'), payments)
  for (const [name, version] of Object.entries({ 'version-1': first, 'version-2': compatible, 'version-3': incompatible }))
    writeVersion(folder.path, name, version)
})

afterAll(() => folder.remove())

/** The page with each example's output as the command prints it now: what follows a line `$ ottla …` up to the next one. */
async function withOutputs(text: string): Promise<string> {
  const parts = text.split(/(?<=^```console\n)([\s\S]*?)(?=^```$)/m)
  for (let at = 1; at < parts.length; at += 2) parts[at] = await run((parts[at] as string).match(/^\$ .*$/gm) ?? [])
  return parts.join('')
}

/** After a command that fails: its exit code. */
const showCode = '$ echo $?'

async function run(commands: readonly string[]): Promise<string> {
  let block = ''
  for (const [index, command] of commands.entries()) {
    if (command === showCode) continue
    const showsCode = commands[index + 1] === showCode
    const { code, stdout, stderr } = await ottla(command.split(' ').slice(2), { cwd: folder.path, env: { COLUMNS: '100' } })
    if (!showsCode) expect({ command, code }).toEqual({ command, code: 0 })
    block += `${command}\n${stdout}${showsCode ? `${stderr}${showCode}\n${code}\n` : ''}`
  }
  return block
}

it('docs/reference/cli.md shows what the commands print (vitest -u writes it)', async () => {
  const text = readFileSync(page, 'utf8')
  await expect(await withOutputs(text)).toMatchFileSnapshot(page)
})

it('docs/reference/cli.md has a chapter with the options of every command', async () => {
  const { stdout } = await ottla(['--help'])
  const commands = [...stdout.matchAll(/^ {2}(\w+) .*$/gm)].map(([, name]) => name).filter(name => name !== 'help')
  expect(commands.length).toBeGreaterThanOrEqual(4)
  for (const command of commands) expect(readFileSync(page, 'utf8')).toContain(`## ottla ${command}\n\n\`\`\`console\n$ ottla ${command} --help\n`)
})
