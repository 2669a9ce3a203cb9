import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { compareViews, ViewReader, viewPath } from '@ottla/projections'
import type { History, Topics, ViewAtEnd } from '../checks/history.js'
import { inboxIsDecidedToItsEnd, noTransactionStaysOpen } from '../checks/inbox.js'
import { everySagaEnds } from '../checks/sagas.js'
import { readTopics } from '../reader/read-topics.js'
import type { BankNode } from './bank-node.js'
import type { BankRun } from './bank-run.js'

/** After the faults and the clients have ended: waits until nothing is under way any more, ends the nodes and gives all that there is to be checked. A bank that takes longer than `limit` milliseconds is checked as it is. */
export async function settledHistory(run: BankRun, limit: number): Promise<History> {
  const begin = Date.now()
  let topics = await read(run)
  while (isUnderWay(historyOf(run, topics, [])) && Date.now() - begin < limit) {
    await delay(1_000)
    topics = await read(run)
  }
  run.note(`settled after ${Date.now() - begin} ms`)
  const views = await viewsAtEnd(run, topics)
  // Read once more: nothing may come after the end, and a graceful end leaves nothing open.
  return historyOf(run, await read(run), views)
}

function historyOf(run: BankRun, topics: Topics, views: readonly ViewAtEnd[]): History {
  return { app: run.settings.app, topics, commands: run.commands, views, breakdowns: run.breakdowns }
}

function isUnderWay(history: History): boolean {
  return [everySagaEnds, inboxIsDecidedToItsEnd, noTransactionStaysOpen].some(check => check(history).length > 0)
}

function read({ settings }: BankRun): Promise<Topics> {
  return readTopics(settings.brokers, settings.registry, settings.app)
}

/** The views of the nodes that run, each compared with that of a node which has seen nothing before. */
async function viewsAtEnd(run: BankRun, { ends }: Topics): Promise<ViewAtEnd[]> {
  const events = ends.filter(({ topic }) => topic === `${run.settings.app}.events`).map(({ partition, stable }) => ({ shard: partition, offset: stable }))
  const fresh = run.addNode()
  mkdirSync(fresh.folder, { recursive: true })
  await fresh.start()
  const nodes = run.everyNode.filter(({ isReady }) => isReady)
  for (const node of nodes) {
    const problem = await node.process?.waitForView(events)
    if (problem) run.broken(node.name, `its view: ${problem}`)
  }
  for (const node of nodes) await node.stop()
  return nodes.map(node => viewOf(node, fresh))
}

function viewOf(node: BankNode, fresh: BankNode): ViewAtEnd {
  const [path, freshPath] = [viewPath(node.folder, 'balances'), viewPath(fresh.folder, 'balances')]
  const reader = new ViewReader(path, 'balances')
  const balances = reader.all<ViewAtEnd['balances'][number]>('select account, balance, changes from balances order by account')
  reader.close()
  return {
    node: node.name,
    balances,
    differences: compareViews(path, freshPath).map(difference => inspect(difference, { breakLength: Number.POSITIVE_INFINITY })),
  }
}
