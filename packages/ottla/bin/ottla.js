#!/usr/bin/env node
// Nothing is imported before the version is checked: an old Node would stop at syntax or a native module that it does not know.
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const wanted = Number(/\d+/.exec(engines.node)[0])
if (Number.parseInt(process.versions.node, 10) >= wanted) await import('../dist/cli/main.js')
else {
  process.stderr.write(
    `NODE_TOO_OLD: ottla needs Node.js ${wanted} or newer, and this is ${process.version} (${process.execPath}). Run it with npx, or install a newer one.\n`,
  )
  process.exitCode = 1
}
