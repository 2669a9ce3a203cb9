// npm run bench [-- names]: installs and builds what is missing, then runs the benchmarks.
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

await setUp('benchmarks')
const main = join(root, 'benchmarks/dist/main.js')
process.exitCode = await run(node, [main, ...process.argv.slice(2)], { orphan: 'kill', stdio: 'inherit' })
