// npm run release:events: installs and builds what is missing, then keeps the bytes of this version's events in tests/released-events. A step of each release.
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

await setUp('tests', 'examples/order-saga')
process.exitCode = await run(node, [join(root, 'tests/dist/released-events/write-version.js')], { cwd: root, orphan: 'kill', stdio: 'inherit' })
