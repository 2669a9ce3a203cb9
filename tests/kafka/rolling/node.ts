import { createInterface } from 'node:readline'
import { kafka } from '@ottla/eventstore/kafka'
import { createApp, isOttlaError } from 'ottla'
import type { NodeReport, NodeRequest, NodeSettings } from './protocol.js'

const { version, app: name, shards, brokers, registry, folder } = JSON.parse(process.argv[2] ?? '{}') as NodeSettings
const { modules, commands } = (await import(`./${version}-version.js`)) as {
  readonly modules: readonly (new () => object)[]
  readonly commands: Readonly<Record<string, new (fields: object) => object>>
}
const tell = (report: NodeReport) => void process.stdout.write(`${JSON.stringify(report)}\n`)

const log = kafka({ brokers, registry, folder, sessionTimeout: 6_000, heartbeatInterval: 500, lockTimeout: 20_000 })
const app = await createApp({ name, shards, modules, log })
void app.failed.then(error => {
  console.error(error)
  process.exit(4)
})
tell({ tell: 'ready' })
for await (const line of createInterface(process.stdin)) {
  const { id, type, fields } = JSON.parse(line) as NodeRequest
  void send(id, new (commands[type] as new (fields: object) => object)(fields))
}
// Nobody asks any more: a graceful end.
await app.stop()

async function send(id: string, command: object): Promise<void> {
  try {
    const receipt = await app.send(command, { id, timeout: 15_000 })
    const code = receipt.outcome === 'rejected' ? receipt.reason.code : receipt.outcome === 'failed' ? receipt.error.code : undefined
    tell({ tell: 'answer', id, outcome: receipt.outcome, ...(code && { code }) })
  } catch (error) {
    tell({ tell: 'refused', id, code: isOttlaError(error) ? error.code : String(error) })
  }
}
