// npm run kafka [-- --brokers 3] [-- --data DIR] [-- --no-registry]: installs and builds what is missing, then runs brokers and a registry until Ctrl-C.
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'

const usage = `npm run kafka -- [--brokers 1|3] [--data DIR] [--no-registry]
  --brokers      how many brokers (1)
  --data         keep the data in this folder, and go on from it (a temporary folder)
  --no-registry  brokers only
`

const parent = process.ppid
const options = read(process.argv.slice(2))
await setUp('packages/testing')
const { startKafka } = await import('../packages/testing/dist/kafka/index.js')

let stopping
let cluster
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
// Under npm this process has no other reason to be: it ends when a `kill -9` ends npm. The timer also keeps it alive.
setInterval(() => process.env.npm_lifecycle_event && process.ppid !== parent && stop(), 200)

try {
  say(`Starting ${options.brokers === 1 ? 'a broker' : `${options.brokers} brokers`}${options.registry ? ' and a registry' : ''} ...\n`)
  cluster = await startKafka(options)
} catch (error) {
  // A part that a signal ended is no failed start.
  if (!stopping) fail(1, error.message)
}
if (cluster && !stopping) process.stdout.write(addresses(cluster))

/** Once: what comes while it stops waits with it. A start that is under way is given up; the watcher ends what it has started. */
function stop() {
  if (stopping) return
  stopping = true
  say('Stopping ...\n')
  if (!cluster) process.exit(0)
  cluster.stop().then(
    () => process.exit(0),
    error => fail(1, error.message),
  )
}

function read(args) {
  const known = { brokers: { type: 'string', default: '1' }, data: { type: 'string' }, registry: { type: 'boolean', default: true }, help: { type: 'boolean' } }
  let values
  try {
    values = parseArgs({ args, options: known, allowNegative: true }).values
  } catch (error) {
    fail(2, `${error.message}\n${usage}`)
  }
  if (values.help) {
    process.stdout.write(usage)
    process.exit(0)
  }
  if (!['1', '3'].includes(values.brokers)) fail(2, `--brokers is 1 or 3, not ${values.brokers}.\n${usage}`)
  if (values.data === '') fail(2, `--data names a folder.\n${usage}`)
  if (process.env.KAFKA_BROKERS)
    fail(2, `KAFKA_BROKERS is set (${process.env.KAFKA_BROKERS}), so there is a cluster already. Unset it to start another one here.`)
  return { brokers: Number(values.brokers), registry: values.registry, folder: values.data }
}

function addresses({ brokers, registryUrl }) {
  const variables = [`KAFKA_BROKERS=${brokers.join(',')}`, ...(registryUrl ? [`SCHEMA_REGISTRY_URL=${registryUrl}`] : [])]
  return `brokers   ${brokers.join(', ')}
registry  ${registryUrl ?? 'none'}
data      ${options.folder ?? 'in a temporary folder, which goes when this ends'}

In another terminal:
  export ${variables.join(' ')}
Ctrl-C ends it.
`
}

function say(text) {
  process.stderr.write(text)
}

function fail(code, text) {
  say(`${text.trimEnd()}\n`)
  process.exit(code)
}
