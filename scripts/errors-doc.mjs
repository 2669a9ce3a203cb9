// npm run docs: writes docs/reference/errors.md from the error registries of the packages, which are the files *-errors.ts.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errorsPage } from './errors-page.mjs'
import { root, setUp } from './setup.mjs'

const packages = ['core', 'eventstore', 'projections', 'saga', 'testing', 'ottla']
await setUp('packages/ottla', 'packages/testing')

const registries = []
for (const name of packages) {
  const folder = join(root, 'packages', name, 'dist')
  const files = readdirSync(folder, { recursive: true }).filter(file => file.endsWith('-errors.js'))
  for (const file of files.sort()) {
    for (const { specs } of Object.values(await import(pathToFileURL(join(folder, file)).href))) {
      if (specs) registries.push({ package: name === 'ottla' ? name : `@ottla/${name}`, specs })
    }
  }
}

const page = join(root, 'docs/reference/errors.md')
mkdirSync(join(page, '..'), { recursive: true })
writeFileSync(page, errorsPage(registries))
process.stdout.write(`${relative(process.cwd(), page)}: ${registries.reduce((sum, { specs }) => sum + Object.keys(specs).length, 0)} codes\n`)
