// npm test [-- vitest arguments]: installs and builds what is missing, then runs every test. The report lies in node_modules/.ottla-test-report.json.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

const report = join(root, 'node_modules/.ottla-test-report.json')
rmSync(report, { force: true })
await setUp()
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const flags = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
process.exitCode = await run(node, [vitest, ...flags, ...process.argv.slice(2)], { cwd: root, orphan: 'kill', stdio: 'inherit' })
