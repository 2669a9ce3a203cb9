import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { build, root } from './built.js'

const program = readFileSync(join(root, 'examples/quickstart/src/quickstart.ts'), 'utf8')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('is the program that the README shows', () => {
  expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(program)
})

it('has at most 40 lines', () => {
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
})

it('prints what the README says, however often it runs', () => {
  const expected = /It prints `(.*?)`, however often/.exec(readme)?.[1]
  build('examples/quickstart')
  const run = () => execFileSync(process.execPath, [join(root, 'examples/quickstart/dist/quickstart.js')], { cwd: folder, encoding: 'utf8' })
  expect([run(), run()]).toEqual([`${expected}\n`, `${expected}\n`])
})
