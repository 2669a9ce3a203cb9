// npm run test:faults [-- --seed n] [-- --only name]: installs and builds what is missing, then the long fault runs on real brokers. Under 15 minutes on 2 cores.
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

await setUp('tests')
process.exitCode = await run(node, [join(root, 'tests/dist/faults/long-run.js'), ...process.argv.slice(2)], { cwd: root, orphan: 'kill', stdio: 'inherit' })
