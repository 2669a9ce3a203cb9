// npm run test:faults [-- --seed n] [-- --only name]: installs and builds what is missing, then the long fault runs on real brokers and, beside them, the simulation
// with many seeds. Under 15 minutes on 2 cores. The last lines are the verdict. With --only, just the runs whose names have that in them.
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

const options = { cwd: root, orphan: 'kill', stdio: 'inherit' }
const parameters = process.argv.slice(2)

await setUp('tests')
const simulating = parameters.includes('--only') ? 0 : simulate()
const played = await run(node, [join(root, 'tests/dist/faults/long-run.js'), ...parameters], options)
const simulated = await simulating
if (simulated !== 0) console.log('FAILED: the simulation, see above')
process.exitCode = simulated || played

/** Its report is printed when it has ended, in one piece: the brokers wait most of the time, and it does not. */
async function simulate() {
  const seeds = { SEEDS: '2000', LIVENESS_SEEDS: '500', VIEW_SEEDS: '200' }
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'tests', 'simulation']
  const file = join(tmpdir(), `ottla-simulation-${process.pid}`)
  const report = openSync(file, 'w+')
  rmSync(file)
  // What is set outside counts: `SEEDS=100000 npm run test:faults` before a release.
  const code = await run(node, vitest, { ...options, stdio: ['ignore', report, report], env: { ...seeds, ...process.env } })
  const text = Buffer.alloc(fstatSync(report).size)
  readSync(report, text, 0, text.length, 0)
  closeSync(report)
  process.stdout.write(text)
  return code
}
