// npm start: installs and builds what is missing, then runs the order saga. The app has an IPC channel to this process and exits when it closes.
import { join } from 'node:path'
import { run } from './run.mjs'
import { node, root, setUp } from './setup.mjs'

await setUp('examples/order-saga')
const main = join(root, 'examples/order-saga/dist/main.js')
process.exitCode = await run(node, [main, ...process.argv.slice(2)], { orphan: 'kill', stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
