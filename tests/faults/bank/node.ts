import { createInterface } from 'node:readline'
import { kafka } from '@ottla/eventstore/kafka'
import { type App, createApp, isOttlaError } from 'ottla'
import { redirectConnections } from '../proxy/redirected-connections.js'
import { Balances } from './balances.js'
import { Account, Deposit, MoveMoney, Transfer, TransferOfMoney, Withdraw } from './domain.js'
import type { Answer, NodeReport, NodeRequest, NodeSettings } from './protocol.js'
import { unfenced } from './unfenced-log.js'

const commands = { Deposit, Withdraw, Transfer }
const settings = JSON.parse(process.argv[2] ?? '{}') as NodeSettings

process.on('unhandledRejection', reason => broken('unhandled rejection', reason))
process.on('uncaughtException', error => broken('uncaught exception', error))
// The driver is gone: nobody would end this process.
process.stdout.on('error', () => process.exit(1))
redirectConnections(new Map(Object.entries(settings.proxies).map(([from, to]) => [Number(from), to])))

function tell(report: NodeReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

function broken(how: Extract<NodeReport, { tell: 'broken' }>['how'], error: unknown): void {
  tell({ tell: 'broken', how, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

async function start(): Promise<App> {
  const { app, shards, brokers, registry, folder, clientId, sessionTimeout, transactionTimeout, fenced } = settings
  const log = kafka({
    brokers,
    registry,
    folder,
    clientId,
    sessionTimeout,
    transactionTimeout,
    heartbeatInterval: 500,
    requestTimeout: 4_000,
    lockTimeout: 10_000,
  })
  return createApp({ name: app, shards, modules: [Account, TransferOfMoney, MoveMoney, Balances], log: fenced ? log : unfenced(log) })
}

async function send(app: App, { id, type, fields, timeout }: Extract<NodeRequest, { ask: 'send' }>): Promise<void> {
  try {
    const receipt = await app.send(new commands[type](fields as never), { id, timeout })
    const code = receipt.outcome === 'rejected' ? receipt.reason.code : receipt.outcome === 'failed' ? receipt.error.code : undefined
    const events = receipt.outcome === 'accepted' ? receipt.events.length : 0
    const answer: Answer = { id, outcome: receipt.outcome, version: receipt.version, events, ...(code && { code }) }
    tell({ tell: 'answer', answer })
  } catch (error) {
    if (!isOttlaError(error)) return broken('uncaught exception', error)
    tell({ tell: 'refused', id, code: error.code, retriable: error.retriable, message: error.message })
  }
}

async function catchUp(app: App, { ends }: Extract<NodeRequest, { ask: 'caught-up' }>): Promise<void> {
  try {
    const topic = `${settings.app}.events`
    for (const { shard, offset } of ends) await app.view(Balances, { after: { shard, offsets: { [topic]: offset } }, timeout: 60_000 })
    const [problem] = app.health().problems
    tell({ tell: 'caught-up', ...(problem && { problem: problem.message }) })
  } catch (error) {
    tell({ tell: 'caught-up', problem: (error as Error).message })
  }
}

async function stop(app: App): Promise<void> {
  await app.stop().catch(error => broken('stop', error))
  process.exit(0)
}

try {
  const app = await start()
  void app.failed.then(error => broken('failed', error))
  tell({ tell: 'ready' })
  for await (const line of createInterface(process.stdin)) {
    const request = JSON.parse(line) as NodeRequest
    if (request.ask === 'send') void send(app, request)
    else if (request.ask === 'caught-up') void catchUp(app, request)
    else void stop(app)
  }
  // The driver is gone.
  process.exit(1)
} catch (error) {
  const { code = 'UNKNOWN', retriable = false, message } = error as { code?: string; retriable?: boolean; message: string }
  tell({ tell: 'not-started', code, retriable, message })
  process.exit(3)
}
