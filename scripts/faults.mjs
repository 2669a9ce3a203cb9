// npm run test:faults [-- --seed n] [-- --only name]: installs and builds what is missing, then the simulation with many seeds and the long fault runs on real
// brokers. Under 15 minutes on 2 cores. The last line is the verdict. With --only, just the runs whose names have that in them.
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

const options = { cwd: root, orphan: 'kill', stdio: 'inherit' }
const parameters = process.argv.slice(2)

await setUp('tests')
const simulated = parameters.includes('--only') ? 0 : await simulate()
const played = await run(node, [join(root, 'tests/dist/faults/long-run.js'), ...parameters], options)
if (simulated !== 0) console.log('FAILED: the simulation, see above')
process.exitCode = simulated || played

function simulate() {
  const seeds = { SEEDS: '2000', LIVENESS_SEEDS: '500', VIEW_SEEDS: '200' }
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'tests', 'simulation']
  // What is set outside counts: `SEEDS=100000 npm run test:faults` before a release.
  return run(node, vitest, { ...options, env: { ...seeds, ...process.env } })
}
